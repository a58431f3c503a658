import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

@Suite("Datagrams, against Python's socket module")
struct DatagramTests {
  /// A datagram socket at a free address of a place, and where it is.
  private func bound(_ place: Place) throws -> Socket {
    let wanted = place.address()
    let socket = try Socket(wanted.family, .datagram)
    try socket.bind(to: wanted)
    try socket.setTimeout(.seconds(20))
    return socket
  }

  private func remove(_ address: SocketAddress) {
    if case .unix(let path) = address { unlink(path.text) }
  }

  @Test("datagrams come from Python and go back, empty ones too", arguments: Place.allCases)
  func echo(place: Place) throws {
    let socket = try bound(place)
    let address = try socket.localAddress
    let theirs = place.address()
    let python = try PythonPeer(
      """
      peer = socket.socket(\(place.family), socket.SOCK_DGRAM)
      peer.bind(\(theirs.python))
      for data in (b"one", b"", b"x" * 5000):
        peer.sendto(data, \(address.python))
      for _ in range(3):
        data, sender = peer.recvfrom(9000)
        say(len(data), data[:5], (os.fsencode(sender) if isinstance(sender, str) else sender) == \(address.python))
      """)
    for expected in ["one", "", String(repeating: "x", count: 5000)] {
      let (bytes, sender) = try socket.receiveFrom(upTo: 9000)
      #expect(bytes.text == expected)
      #expect(sender.family == theirs.family && sender != .unnamed)
      #expect(try socket.send(bytes, to: sender) == bytes.count)
    }
    #expect(try python.line() == "3 b'one' True")
    #expect(try python.line() == "0 b'' True")
    #expect(try python.line() == "5000 b'xxxxx' True")
    try python.finish()
    remove(address)
    remove(theirs)
  }

  @Test("an empty datagram is data for every receiving call")
  func emptyDatagrams() throws {
    let pair = try SocketPair(.datagram)
    for _ in 0..<6 { #expect(try pair.first.send([UInt8]()) == 0) }
    try pair.first.sendAll([UInt8]())
    try pair.second.setBlocking(false)
    var buffer = [UInt8](repeating: 0, count: 10)
    #expect(try pair.second.receive(upTo: 10) == [])
    #expect(try pair.second.receive(into: &buffer) == 0)
    #expect(try pair.second.receiveFrom(upTo: 10).bytes == [])
    #expect(try pair.second.receiveFrom(into: &buffer).count == 0)
    #expect(try pair.second.receiveMessage(upTo: 10).count == 0)
    var batch = DatagramBatch(capacity: 4, datagramSize: 10)
    #expect(try pair.second.receive(into: &batch) == 2)
    #expect(batch.withBytes(of: 1) { $0.byteCount } == 0)
    #expect(try failure { try pair.second.receive(upTo: 10) }.isWouldBlock)
  }

  @Test("of a datagram that is too long the rest is lost; its true length is to be had")
  func truncation() throws {
    let pair = try SocketPair(.datagram)
    try pair.first.sendAll("abcdefgh".utf8)
    try pair.first.sendAll("ijkl".utf8)
    #expect(try pair.second.receive(upTo: 3, flags: [.peek, .truncate]).text == "abc")
    var buffer = [UInt8](repeating: 0, count: 3)
    #expect(try pair.second.receive(into: &buffer, flags: .truncate) == 8)
    #expect(buffer.text == "abc")
    #expect(try pair.second.receiveFrom(upTo: 10).bytes.text == "ijkl")
  }

  @Test("a datagram that is too large is refused")
  func tooLarge() throws {
    let socket = try bound(.ipv4)
    let error = try failure {
      try socket.send([UInt8](repeating: 0, count: 70_000), to: .ipv4(.loopback, port: 9))
    }
    #expect(error.isMessageTooLong)
    #expect(error.address == .ipv4(.loopback, port: 9))
    #expect("\(error)".contains("65507"))
  }

  @Test("a connected socket hears its peer alone, and that nobody is there")
  func connected() throws {
    let (socket, stranger) = (Shared(try bound(.ipv4)), Shared(try bound(.ipv4)))
    let peer = try bound(.ipv4)
    try socket.socket.connect(to: try peer.localAddress)
    #expect(try socket.socket.peerAddress == peer.localAddress)
    try stranger.socket.send("stranger".utf8, to: try socket.socket.localAddress)
    try peer.send("peer".utf8, to: try socket.socket.localAddress)
    #expect(try socket.socket.receive(upTo: 100).text == "peer")
    _ = try socket.socket.send("answer".utf8)
    #expect(try peer.receiveFrom(upTo: 100).sender == socket.socket.localAddress)
    peer.close()
    _ = try socket.socket.send("anybody?".utf8)
    #expect(try failure { try socket.socket.receive(upTo: 100) }.isConnectionRefused)
    try socket.socket.disconnect()
    #expect(try failure { try socket.socket.peerAddress }.isNotConnected)
    try socket.socket.bind(to: .ipv4(.loopback, port: 0))
    try stranger.socket.send("stranger".utf8, to: try socket.socket.localAddress)
    #expect(try socket.socket.receive(upTo: 100).text == "stranger")
  }

  @Test("nothing there yet is nil, not an error, even of a socket that waits")
  func tryCalls() throws {
    let socket = try bound(.ipv4)
    try socket.setTimeout(nil)
    var buffer = [UInt8](repeating: 0, count: 10)
    var span = buffer.mutableSpan
    var bytes = span.mutableBytes
    #expect(try socket.tryReceive(into: &bytes) == nil)
    #expect(try socket.tryReceiveFrom(into: &bytes) == nil)
    var batch = DatagramBatch(capacity: 4, datagramSize: 10)
    #expect(try socket.tryReceive(into: &batch) == nil)
    let address = try socket.localAddress
    #expect(try socket.trySend("to me".utf8.span.bytes, to: address) == 5)
    let received = try #require(try socket.tryReceiveFrom(into: &bytes))
    #expect(received.count == 5 && received.sender == address)
  }

  @Test("broadcasting needs its option, and reaches Python")
  func broadcast() throws {
    let python = try PythonPeer(
      """
      peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      peer.bind(("", 0))
      say(peer.getsockname()[1])
      say(peer.recv(100))
      """)
    let address = SocketAddress.ipv4(IPv4Address(127, 255, 255, 255), port: Port(UInt16(try python.number())))
    let socket = try bound(.ipv4)
    #expect(try failure { try socket.send("all".utf8, to: address) }.isPermissionDenied)
    try socket.setOption(.broadcast, to: true)
    try socket.send("all".utf8, to: address)
    #expect(try python.line() == "b'all'")
    try python.finish()
  }
}

@Suite("Groups")
struct MulticastTests {
  @Test("a member hears what Python sends to an IPv4 group, and no more when it has left")
  func ipv4() throws {
    let loopback = try #require(NetworkInterface(named: "lo"))
    let group = IPv4Address(239, 1, 2, 3)
    let socket = try Socket(.ipv4, .datagram)
    try socket.bind(to: .ipv4(.any, port: 0))
    try socket.setTimeout(.seconds(20))
    try socket.joinGroup(.ipv4(group), interface: loopback.index)
    #expect(try failure { try socket.joinGroup(.ipv4(group), interface: loopback.index) }.isAddressInUse)
    let port = try #require(try socket.localAddress.port)
    let python = try PythonPeer(
      """
      peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      peer.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
      peer.sendto(b"group", ("\(group)", \(port)))
      hear()
      peer.sendto(b"group", ("\(group)", \(port)))
      peer.sendto(b"alone", ("127.0.0.1", \(port)))
      """)
    #expect(try socket.receive(upTo: 100).text == "group")
    try socket.leaveGroup(.ipv4(group), interface: loopback.index)
    try python.tell("go on")
    #expect(try socket.receive(upTo: 100).text == "alone")
    try python.finish()
  }

  @Test("the kernel lists an IPv6 member on its interface, until it leaves")
  func ipv6() throws {
    let group = try IPv6Address(parsing: "ff12::4c4c:1")
    let python = try PythonPeer(
      """
      while interface := hear():
        say(any(line.split()[1] == interface and line.split()[2] == "\(String(group.value, radix: 16))"
          for line in open("/proc/net/igmp6")))
      """)
    let socket = try Socket(.ipv6, .datagram)
    try socket.bind(to: .ipv6(.any, port: 0))
    try socket.setTimeout(.seconds(20))
    #expect(try socket.option(.multicastLoopIPv6))
    for interface in try NetworkInterface.all {
      try socket.joinGroup(.ipv6(group), interface: interface.index)
      try python.tell(interface.name)
      #expect(try python.line() == "True")
      try socket.setMulticastInterface(interface.index)
      do {
        // Not every interface has a route to groups; what one that has carries comes back.
        let port = try #require(try socket.localAddress.port)
        try socket.send("group".utf8, to: .ipv6(group, port: port))
        #expect(try socket.receive(upTo: 100).text == "group")
      } catch let error as SocketError {
        #expect(error.isUnreachable || error.isAddressNotAvailable, "\(error)")
      }
      try socket.leaveGroup(.ipv6(group), interface: interface.index)
      try python.tell(interface.name)
      #expect(try python.line() == "False")
    }
    try python.tell("")
    try python.finish()
  }

  @Test("what is sent to an IPv4 group leaves by the interface that was chosen")
  func chosenInterface() throws {
    let loopback = try #require(NetworkInterface(named: "lo"))
    let group = IPv4Address(239, 1, 2, 4)
    let socket = try Socket(.ipv4, .datagram)
    try socket.bind(to: .ipv4(.any, port: 0))
    try socket.setTimeout(.seconds(20))
    try socket.joinGroup(.ipv4(group), interface: loopback.index)
    try socket.setMulticastInterface(loopback.index)
    let port = try #require(try socket.localAddress.port)
    try socket.setOption(.packetInfo, to: true)
    try socket.send("mine".utf8, to: .ipv4(group, port: port))
    let message = try socket.receiveMessage(upTo: 10, controlCapacity: 64)
    #expect(message.bytes.text == "mine")
    // struct in_pktinfo begins with the interface's index (man 7 ip).
    let index = withUnsafeBytes(of: loopback.index) { [UInt8]($0) }
    #expect(message.control.map { Array($0.bytes.prefix(4)) } == [index])
    #expect(try failure { try socket.joinGroup(.ipv4(.loopback)) }.errno == .invalidArgument)
  }
}

@Suite("Batches of datagrams")
struct BatchTests {
  @Test("many datagrams come and go with one call each, against Python")
  func echo() throws {
    let socket = try Socket(.ipv4, .datagram)
    try socket.bind(to: .ipv4(.loopback, port: 0))
    try socket.setTimeout(.seconds(20))
    let python = try PythonPeer(
      """
      peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
      peer.settimeout(20)
      sent = [b"x" * n for n in range(100)]
      for data in sent: peer.sendto(data, \(try socket.localAddress.python))
      say("sent")
      got = [peer.recv(200) for _ in sent]
      say(got == [data[::-1].upper() for data in sent])
      """)
    #expect(try python.line() == "sent")
    var batch = DatagramBatch(capacity: 64, datagramSize: 150)
    var total = 0
    var calls = 0
    while total < 100 {
      let count = try socket.receive(into: &batch)
      #expect(count == batch.count)
      for index in 0..<count {
        #expect(batch.withBytes(of: index) { $0.byteCount } == total + index)
        batch.withMutableBytes(of: index) { (bytes: inout MutableRawSpan) in
          for offset in 0..<bytes.byteCount { bytes.storeBytes(of: 0x58, toByteOffset: offset, as: UInt8.self) }
        }
      }
      var sent = 0
      while sent < count { sent += try socket.send(batch, from: sent) }
      total += count
      calls += 1
    }
    #expect(calls == 2)
    #expect(try python.line() == "True")
    try python.finish()
  }

  @Test("a batch is filled by appending, up to its bounds")
  func appending() throws {
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    let address = try receiver.localAddress
    let sender = try Socket(.ipv4, .datagram)
    var batch = DatagramBatch(capacity: 2, datagramSize: 4)
    #expect(try batch.append("abcd".utf8.span.bytes, to: address))
    #expect(try batch.append("".utf8.span.bytes, to: address))
    #expect(try !batch.append("x".utf8.span.bytes, to: address))
    #expect(batch.count == 2 && batch.address(of: 1) == address)
    #expect(try sender.send(batch) == 2)
    batch.removeAll()
    #expect(batch.count == 0)
    #expect(try receiver.receive(into: &batch) == 2)
    #expect(batch.withBytes(of: 0) { [UInt8]($0) }.text == "abcd")
    batch.removeAll()
    do {
      _ = try batch.append("abcde".utf8.span.bytes, to: address)
      Issue.record("5 bytes fit into 4")
    } catch {
      #expect(error.isMessageTooLong)
    }
  }

  @Test("a batch goes to the connected peer, and a datagram that is refused has its error")
  func connected() throws {
    let pair = try SocketPair(.datagram)
    let first = pair.first
    let second = pair.second
    var batch = DatagramBatch(capacity: 3, datagramSize: 10_000)
    for text in ["a", "b", "c"] { _ = try batch.append(text.utf8.span.bytes, to: .unnamed) }
    #expect(try first.send(batch, from: 1) == 2)
    #expect(try second.receive(upTo: 10).text == "b")
    #expect(try second.receive(upTo: 10).text == "c")
    second.close()
    #expect(try failure { try first.send(batch) }.errno != nil)
  }

  @Test("a full receiver lets trySend answer nil")
  func full() throws {
    let pair = try SocketPair(.datagram)
    try pair.first.setOption(.sendBufferSize, to: 4096)
    var batch = DatagramBatch(capacity: 8, datagramSize: 1000)
    for _ in 0..<8 { _ = try batch.append([UInt8](repeating: 1, count: 1000).span.bytes, to: .unnamed) }
    var total = 0
    while let sent = try pair.first.trySend(batch) { total += sent }
    #expect(total > 0 && total < 1000)
    try pair.first.setTimeout(.milliseconds(20))
    #expect(try failure { try pair.first.send(batch) }.isTimedOut)
  }
}

extension [UInt8] {
  fileprivate init(_ bytes: RawSpan) { self = bytes.withUnsafeBytes { [UInt8]($0) } }
}
