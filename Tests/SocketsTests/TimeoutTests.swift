import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("Timeouts and sockets that do not wait")
struct TimeoutTests {
  @Test("a socket waits for ever, not at all, or so long, as it is told")
  func modes() throws {
    let socket = try Socket(.ipv4)
    func isNonBlocking() -> Bool { fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0 }
    #expect(socket.timeout == nil && socket.isBlocking && !isNonBlocking())
    try socket.setTimeout(.milliseconds(2500))
    #expect(socket.timeout == .milliseconds(2500) && socket.isBlocking && isNonBlocking())
    try socket.setBlocking(false)
    #expect(socket.timeout == .zero && !socket.isBlocking && isNonBlocking())
    try socket.setBlocking(true)
    #expect(socket.timeout == nil && !isNonBlocking())
    // Never shorter than asked for, and no trap at the ends.
    try socket.setTimeout(.nanoseconds(1) / 2)
    #expect(socket.timeout == .nanoseconds(1))
    try socket.setTimeout(.seconds(Int64.max))
    #expect(socket.timeout == .nanoseconds(Int64.max))
  }

  @Test("receiving and accepting give up when their time is over, and not before")
  func receiving() throws {
    let pair = try SocketPair()
    let datagrams = try SocketPair(.datagram)
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let timeout = Duration.milliseconds(40)
    try pair.first.setTimeout(timeout)
    try datagrams.first.setTimeout(timeout)
    try listener.setTimeout(timeout)
    var buffer = [UInt8](repeating: 0, count: 10)
    var batch = DatagramBatch(capacity: 1, datagramSize: 1)
    let calls: [(String, () throws -> Void)] = [
      ("recv", { _ = try pair.first.receive(into: &buffer) }),
      ("recvfrom", { _ = try datagrams.first.receiveFrom(upTo: 10) }),
      ("recvmsg", { _ = try pair.first.receiveMessage(upTo: 10) }),
      ("recvmmsg", { _ = try datagrams.first.receive(into: &batch) }),
      ("accept", { _ = try listener.accept() }),
    ]
    for (name, call) in calls {
      let time = try seconds {
        let error = try failure { try call() }
        #expect(error.isTimedOut && !error.isWouldBlock && error.code == .deadline)
        #expect(error.call == name && error.errno == .timedOut)
        #expect("\(error)".contains("timeout"))
      }
      #expect(time >= 0.04, "\(name)")
    }
  }

  @Test("what comes in time is received")
  func inTime() throws {
    let pair = try SocketPair()
    try pair.first.setTimeout(.seconds(20))
    let second = Shared(pair.second)
    let sender = try Background { try second.socket.sendAll("in time".utf8) }
    #expect(try pair.first.receive(upTo: 10).text == "in time")
    try sender.wait()
  }

  @Test("the deadline of sendAll is for all of it, though the peer reads a little all the time")
  func sendAllDeadline() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let python = try PythonPeer(
      """
      import select
      peer = socket.socket()
      peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
      peer.connect(\(try listener.localAddress.python))
      count = 0
      # Takes a little every 5 ms, so that every single wait of the sender ends early.
      while not select.select([sys.stdin], [], [], 0.005)[0]:
        count += len(peer.recv(2000))
      hear()
      while data := peer.recv(1 << 20):
        count += len(data)
      say(count)
      """)
    let accepted = try listener.accept()
    let socket = accepted.socket
    try socket.setOption(.sendBufferSize, to: 4096)
    try socket.setTimeout(.milliseconds(200))
    var sent = 0
    let time = try seconds {
      let error = try failure { try socket.sendAll([UInt8](repeating: 1, count: 100_000_000)) }
      #expect(error.isTimedOut)
      sent = error.bytesSent
    }
    #expect(time >= 0.2 && time < 10)
    #expect(sent > 0 && sent < 100_000_000)
    try python.tell("stop")
    socket.close()
    #expect(try python.number() == sent)
    try python.finish()
  }

  @Test("the deadline of sendAll ends it when the peer does not read at all")
  func sendAllToNobody() throws {
    let pair = try SocketPair()
    try pair.first.setTimeout(.milliseconds(40))
    let time = try seconds {
      let error = try failure { try pair.first.sendAll([UInt8](repeating: 1, count: 10_000_000)) }
      #expect(error.isTimedOut && error.bytesSent > 0 && error.call == "send")
    }
    #expect(time >= 0.04)
  }

  @Test("connecting gives up when its time is over")
  func connecting() throws {
    // A queue for one, which is full: the kernel lets further clients wait.
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0), backlog: 0)
    let address = try listener.localAddress
    var waiting: [Shared] = []
    for _ in 0..<4 {
      let client = try Socket(.ipv4)
      try client.setBlocking(false)
      _ = try client.beginConnect(to: address)
      waiting.append(Shared(client))
    }
    let time = try seconds {
      let error = try failure { try Socket(connectingTo: address, timeout: .milliseconds(60)) }
      #expect(error.isTimedOut && error.address == address && error.call == "connect")
    }
    #expect(time >= 0.06 && time < 10)
  }

  @Test("a Unix client waits for room in the server's queue, and no longer than it may", arguments: [false, true])
  func unixQueue(hasRoom: Bool) throws {
    let listener = try Socket(.unix)
    try listener.bind(to: .unnamed)
    try listener.listen(backlog: 0)
    let address = try listener.localAddress
    let first = try Socket(connectingTo: address)
    let client = Shared(try Socket(.unix))
    // Of a socket that does not wait it is no connect that has begun.
    try client.socket.setBlocking(false)
    let refused = try failure { try client.socket.connect(to: address) }
    #expect(refused.isWouldBlock && !refused.isInProgress)
    if hasRoom {
      try client.socket.setTimeout(.seconds(20))
      let connecting = try Background { try client.socket.connect(to: address) }
      _ = try listener.accept()
      try connecting.wait()
      #expect(client.socket.timeout == .seconds(20))
      #expect(fcntl(client.socket.descriptor, F_GETFL) & O_NONBLOCK != 0)
      #expect(try client.socket.peerAddress == address)
    } else {
      try client.socket.setTimeout(.milliseconds(40))
      let time = try seconds {
        let error = try failure { try client.socket.connect(to: address) }
        #expect(error.isTimedOut && error.code == .deadline)
      }
      #expect(time >= 0.04)
    }
    first.close()
  }

  @Test("a socket that does not wait says that it would have to")
  func wouldBlock() throws {
    let pair = try SocketPair()
    try pair.first.setBlocking(false)
    let error = try failure { try pair.first.receive(upTo: 1) }
    #expect(error.isWouldBlock && !error.isTimedOut && error.errno == .wouldBlock && error.address == nil)
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    try listener.setBlocking(false)
    #expect(try failure { try listener.accept() }.isWouldBlock)
    guard case .none = try listener.tryAccept() else {
      Issue.record("accepted nobody")
      return
    }
  }

  @Test("an accepted socket waits, unless asked not to, whatever its listener does")
  func acceptedModes() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    try listener.setBlocking(false)
    let address = try listener.localAddress
    func isNonBlocking(_ socket: borrowing Socket) -> Bool { fcntl(socket.descriptor, F_GETFL) & O_NONBLOCK != 0 }
    for (nonBlocking, useTry) in [(false, false), (true, false), (false, true), (true, true)] {
      let client = try Socket(connectingTo: address)
      // A connection that is established for the client waits in the listener's queue.
      let accepted =
        if useTry {
          try unwrap(listener.tryAccept(nonBlocking: nonBlocking))
        } else {
          try listener.accept(nonBlocking: nonBlocking)
        }
      #expect(isNonBlocking(accepted.socket) == nonBlocking)
      #expect(accepted.socket.isBlocking == !nonBlocking)
      #expect(try accepted.peerAddress == client.localAddress)
    }
  }

  @Test("a connect that has begun is finished when the socket is writable")
  func beginConnect() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let address = try listener.localAddress
    let client = try Socket(.ipv4)
    try client.setBlocking(false)
    if try !client.beginConnect(to: address) {
      var request = pollfd(fd: client.descriptor, events: Int16(POLLOUT), revents: 0)
      #expect(poll(&request, 1, 20_000) == 1)
    }
    try client.finishConnect(to: address)
    #expect(try client.peerAddress == address)
    // The kernel answers the first question after a connect that had begun as if it had waited for it.
    _ = try client.connectErrno(to: address)
    #expect(try failure { try client.connect(to: address) }.isAlreadyConnected)
  }

  @Test("connectErrno answers instead of throwing")
  func connectErrno() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let address = try listener.localAddress
    let client = try Socket(.ipv4)
    #expect(try client.connectErrno(to: address) == nil)
    #expect(try client.connectErrno(to: address) == .socketIsConnected)
    listener.close()
    let other = try Socket(.ipv4)
    #expect(try other.connectErrno(to: address) == .connectionRefused)
    let hasty = try Socket(.ipv4)
    try hasty.setBlocking(false)
    #expect(try hasty.connectErrno(to: address) == .nowInProgress)
    #expect(try failure { try other.connectErrno(to: .unix([])) }.code == .invalidAddress)
  }

  @Test("finishing says that a connect goes on, or how it failed")
  func finishConnect() throws {
    let unconnected = try Socket(.ipv4)
    #expect(try failure { try unconnected.finishConnect() }.isInProgress)
    let reserved = try Socket(.ipv4)
    try reserved.bind(to: .ipv4(.loopback, port: 0))
    let client = try Socket(.ipv4)
    try client.setBlocking(false)
    do {
      if try !client.beginConnect(to: try reserved.localAddress) {
        var request = pollfd(fd: client.descriptor, events: Int16(POLLOUT), revents: 0)
        #expect(poll(&request, 1, 20_000) == 1)
        try client.finishConnect(to: try reserved.localAddress)
      }
      Issue.record("connected to nobody")
    } catch {
      #expect(try error.isConnectionRefused && error.address == reserved.localAddress)
    }
  }

  @Test("a call that is told not to wait does not, whatever the socket's timeout")
  func dontWait() throws {
    let pair = try SocketPair(.datagram)
    try pair.first.setTimeout(.seconds(3600))
    var buffer = [UInt8](repeating: 0, count: 1)
    #expect(try failure { try pair.first.receive(upTo: 1, flags: .dontWait) }.isWouldBlock)
    #expect(try failure { try pair.first.receive(into: &buffer, flags: .dontWait) }.isWouldBlock)
    #expect(try failure { try pair.first.receiveFrom(upTo: 1, flags: .dontWait) }.isWouldBlock)
    #expect(try failure { try pair.first.receiveMessage(upTo: 1, flags: .dontWait) }.isWouldBlock)
    let full: [() throws -> Void] = [
      { _ = try pair.first.send([1], flags: .dontWait) }, { try pair.first.sendAll([1], flags: .dontWait) },
      { try pair.first.sendMessage([1], flags: .dontWait) },
    ]
    for call in full {
      #expect(try failure { while true { try call() } }.isWouldBlock)
    }
    // The queue of errors is empty, and data that waits is no reason to look again and again.
    let udp = try Socket(.ipv4, .datagram)
    try udp.bind(to: .ipv4(.loopback, port: 0))
    try udp.setTimeout(.seconds(3600))
    try udp.send("x".utf8, to: try udp.localAddress)
    #expect(try failure { try udp.receiveMessage(upTo: 1, flags: .errorQueue) }.isWouldBlock)
  }
}
