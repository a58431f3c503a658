import Addresses
import CSockets
import Glibc
import Sockets
import SystemPackage
import Testing

/// The number of descriptors that the calling thread sees.
private func openDescriptors() throws -> Int {
  let folder = try #require(opendir("/proc/thread-self/fd"))
  defer { closedir(folder) }
  var count = 0
  while readdir(folder) != nil { count += 1 }
  return count
}

/// Runs a body on a thread that has a table of descriptors of its own (man 2 unshare, CLONE_FILES), so that
/// what other tests open and close at the same time is not counted.
private func countingDescriptors(_ body: @escaping @Sendable () throws -> Void) throws -> (before: Int, after: Int) {
  try Background { () -> (before: Int, after: Int) in
    let symbol = try #require(dlsym(nil, "unshare"))
    let unshare = unsafeBitCast(symbol, to: (@convention(c) (CInt) -> CInt).self)
    try #require(unshare(0x400) == 0, "CLONE_FILES")
    let before = try openDescriptors()
    try body()
    return (before, try openDescriptors())
  }.wait()
}

@Suite("Descriptors have one owner, and are closed once")
struct DescriptorTests {
  private func isCloseOnExec(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0 }

  @Test("every descriptor that is made is close-on-exec")
  func closeOnExec() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let client = try Socket(connectingTo: try listener.localAddress)
    let accepted = try listener.accept()
    let second = try Socket(connectingTo: try listener.localAddress)
    let acceptedToo = try listener.accept(nonBlocking: true)
    let pair = try SocketPair()
    let copy = try client.duplicate()
    let plain = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    #expect(!isCloseOnExec(plain))
    let owned = try Socket(owning: plain)
    let duplicated = try Socket(duplicating: second.descriptor)
    for descriptor in [
      listener.descriptor, client.descriptor, accepted.socket.descriptor, acceptedToo.socket.descriptor,
      pair.first.descriptor, pair.second.descriptor, copy.descriptor, owned.descriptor, duplicated.descriptor,
    ] {
      #expect(isCloseOnExec(descriptor))
    }
    #expect(try client.isInheritable == false)
    try client.setInheritable(true)
    #expect(try client.isInheritable && !isCloseOnExec(client.descriptor))
    try client.setInheritable(false)
    #expect(isCloseOnExec(client.descriptor))
  }

  @Test("a socket closes its descriptor at its end, in close, and not after detach")
  func closing() throws {
    let counts = try countingDescriptors {
      func isOpen(_ descriptor: CInt) -> Bool { fcntl(descriptor, F_GETFD) >= 0 }
      var descriptor: CInt
      do {
        let socket = try Socket(.ipv4)
        descriptor = socket.descriptor
        #expect(isOpen(descriptor))
      }
      #expect(!isOpen(descriptor))
      let closed = try Socket(.ipv4)
      descriptor = closed.descriptor
      closed.close()
      #expect(!isOpen(descriptor))
      let detached = try Socket(.ipv4)
      descriptor = detached.detach()
      #expect(isOpen(descriptor))
      let owner = OwnedDescriptor(owning: descriptor)
      #expect(isOpen(owner.descriptor))
      let released = owner.detach()
      #expect(isOpen(released))
      OwnedDescriptor(owning: released).close()
      #expect(!isOpen(released))
    }
    #expect(counts.before == counts.after)
  }

  @Test("a duplicate lives on its own, on the same connection")
  func duplicates() throws {
    let pair = try SocketPair()
    let first = pair.first
    let second = pair.second
    try first.setTimeout(.seconds(7))
    let copy = try first.duplicate()
    #expect(copy.descriptor != first.descriptor && copy.timeout == .seconds(7) && copy.type == .stream)
    first.close()
    try copy.sendAll("still here".utf8)
    #expect(try second.receive(upTo: 100).text == "still here")
    let again = try Socket(duplicating: copy.descriptor)
    #expect(again.timeout == .zero, "the kernel knows only that it does not block")
    copy.close()
    try again.sendAll("again".utf8)
    #expect(try second.receive(upTo: 100).text == "again")
  }

  @Test("a descriptor from elsewhere is asked what it is")
  func owning() throws {
    let number = socket(AF_INET6, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_NONBLOCK.rawValue), 0)
    let datagrams = try Socket(owning: number)
    #expect(datagrams.family == .ipv6 && datagrams.type == .datagram && datagrams.descriptor == number)
    #expect(try datagrams.transportProtocol == .udp)
    #expect(datagrams.isBlocking == false)
    #expect(try failure { try Socket(owning: -1) }.errno == .badFileDescriptor)
    let file = try TemporaryFile([])
    #expect(try failure { try Socket(owning: file.descriptor) }.errno == .notSocket)
    #expect(try failure { try Socket(duplicating: file.descriptor) }.errno == .notSocket)
    #expect(fcntl(file.descriptor, F_GETFD) >= 0, "it stays the caller's")
  }

  @Test("a socket goes to Python by its number, and one of Python's comes back")
  func handedOver() throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    try listener.setInheritable(true)
    let python = try PythonPeer(
      """
      server = socket.socket(fileno=\(listener.descriptor))
      say(server.family == socket.AF_INET, server.type == socket.SOCK_STREAM, server.getsockname()[1])
      connection, _ = server.accept()
      connection.sendall(b"from Python")
      """)
    let port = try #require(listener.localAddress.port)
    #expect(try python.line() == "True True \(port)")
    let client = try Socket(connectingTo: "127.0.0.1", port: port)
    #expect(try client.receiveAll().text == "from Python")
    try python.finish()
  }

  @Test("nothing leaks, however calls end")
  func leaks() throws {
    let counts = try countingDescriptors {
      for _ in 0..<20 {
        let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
        let address = try listener.localAddress
        let client = try Socket(connectingTo: address)
        let accepted = try listener.accept()
        let server = accepted.socket
        try client.sendAll("x".utf8)
        _ = try server.receive(upTo: 1)
        listener.close()
        // What fails leaves nothing behind.
        #expect(throws: SocketError.self) { _ = try Socket(connectingTo: address) }
        #expect(throws: SocketError.self) { _ = try Socket(connectingTo: address, timeout: .seconds(1)) }
        #expect(throws: SocketError.self) { _ = try Socket(connectingTo: "localhost", port: 1) }
        #expect(throws: SocketError.self) { _ = try Socket(listeningOn: .unix(path: "/nowhere/at/all")) }
        #expect(throws: SocketError.self) { _ = try Socket(duplicating: 0x7FFF) }
        #expect(throws: SocketError.self) {
          _ = try SocketStream(Socket(.ipv4), encoding: #require(TextEncoding(named: "KOI8-R"))).close()
          throw SocketError("end", .ioError)
        }
        let pair = try SocketPair()
        // Sent and not received, received and not taken, taken and not closed.
        try pair.first.sendMessage([1], descriptors: [0, 1, 2])
        var message = try pair.second.receiveMessage(upTo: 1, maximumDescriptors: 3)
        _ = message.descriptors.takeFirst()
        try pair.first.sendMessage([1], descriptors: [0, 1, 2])
        _ = try pair.second.receiveMessage(upTo: 1, maximumDescriptors: 1)
        try pair.first.sendMessage([1], descriptors: [0, 1, 2])
        var stream = try SocketStream(pair.first)
        try stream.write("unsent")
        let detached = try stream.detach()
        #expect(detached.unread.isEmpty)
      }
    }
    #expect(counts.before == counts.after)
  }

  @Test("a process without descriptors left is told so, and nothing is lost")
  func exhaustion() throws {
    let counts = try countingDescriptors {
      let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
      let client = try Socket(connectingTo: try listener.localAddress)
      // The table is this thread's own, so that filling it disturbs nobody; the limit is the process's. It is lowered
      // where it is too high to be reached, to what no test comes near.
      var limit = rlimit()
      getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
      var lowered = limit
      lowered.rlim_cur = min(limit.rlim_cur, 65_536)
      setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &lowered)
      defer { setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) }
      var copies: [CInt] = []
      while case let copy = dup(client.descriptor), copy >= 0 { copies.append(copy) }
      defer { for copy in copies { close(copy) } }
      #expect(try failure { try Socket(.ipv4) }.isTooManyOpenFiles)
      #expect(try failure { try SocketPair() }.isTooManyOpenFiles)
      #expect(try failure { try client.duplicate() }.isTooManyOpenFiles)
      let error = try failure { try listener.accept() }
      #expect(error.isTooManyOpenFiles && "\(error)".contains("ulimit"))
      for _ in 0..<2 { copies.popLast().map { _ = close($0) } }
      let accepted = try listener.accept()
      #expect(try accepted.peerAddress == client.localAddress)
    }
    #expect(counts.before == counts.after)
  }
}
