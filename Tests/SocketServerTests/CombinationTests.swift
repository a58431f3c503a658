import Addresses
import Glibc
import SocketServer
import Sockets
import Testing

/// Reads a line and writes it back, as the handlers of CPython's `test_socketserver.py` do.
private struct StreamLine: StreamRequestHandler {
  func handle(_ request: inout StreamRequest) throws {
    guard let line = try request.readLine() else { return }
    try request.write(line + "\n")
  }
}

private struct DatagramLine: DatagramRequestHandler {
  func handle(_ request: inout DatagramRequest) throws {
    guard let line = request.readLine() else { return }
    request.write(line + "\n")
  }
}

/// The four kinds of servers, run in four ways; those that fork in a program of their own.
@Suite("The combinations")
struct CombinationTests {
  enum Kind: String, CaseIterable {
    case tcp, udp, unixStream, unixDatagram
  }

  enum Running: CaseIterable {
    case sequential, threading
  }

  private static let message = "hello world\n"

  @Test(arguments: Kind.allCases, Running.allCases)
  func servesThreeClients(_ kind: Kind, _ running: Running) throws {
    let address = Self.address(kind)
    switch (kind, running) {
    case (.tcp, .sequential), (.unixStream, .sequential):
      try examine(StreamServer(address, handler: { StreamLine() }), kind)
    case (.tcp, .threading), (.unixStream, .threading):
      try examine(StreamServer(address, running: .threading(), handler: { StreamLine() }), kind)
    case (.udp, .sequential), (.unixDatagram, .sequential):
      try examine(DatagramServer(address, handler: { DatagramLine() }), kind)
    case (.udp, .threading), (.unixDatagram, .threading):
      try examine(DatagramServer(address, running: .threading(), handler: { DatagramLine() }), kind)
    }
  }

  /// In the family's two stream forms; datagrams have no connections to multiplex.
  @Test(arguments: [Kind.tcp, .unixStream])
  func multiplexed(_ kind: Kind) throws {
    struct Line: MultiplexedRequestHandler {
      func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) { connection.send(bytes) }
    }
    try examine(StreamServer(Self.address(kind), multiplexing: { Line() }), kind)
  }

  /// A child of the program that is no request is not waited for (CPython's issue 1540386).
  @Test(arguments: Kind.allCases)
  func forking(_ kind: Kind) throws {
    let path = temporaryPath()
    let program = try Program.forktest("combination", kind.rawValue, path)
    let address: SocketAddress =
      switch kind {
      case .tcp, .udp: .ipv4(.loopback, port: try Port(parsing: try program.line()))
      case .unixStream, .unixDatagram: .unix(path: try program.line())
      }
    for _ in 0..<3 { try exchange(kind, with: address) }
    try pythonExchange(kind, with: address)
    program.send(SIGTERM)
    #expect(try program.finish() == ["children: 0", "the other child: 72"])
  }

  private static func address(_ kind: Kind) -> SocketAddress {
    switch kind {
    case .tcp, .udp: .ipv4(.loopback, port: 0)
    case .unixStream, .unixDatagram: .unix(path: temporaryPath())
    }
  }

  private func examine(_ server: some BaseServer, _ kind: Kind) throws {
    try serving(server) { (server) throws in
      for _ in 0..<3 { try exchange(kind, with: server.address) }
      try pythonExchange(kind, with: server.address)
    }
    if case .unix(let path) = server.address {
      #expect(access(path.map { CChar(bitPattern: $0) } + [0], F_OK) != 0, "the socket's file is gone")
    }
  }

  private func exchange(_ kind: Kind, with address: SocketAddress) throws {
    switch kind {
    case .tcp, .unixStream:
      let client = try Socket(address.family)
      try client.setTimeout(.seconds(30))
      try client.connect(to: address)
      try client.sendAll(Self.message.utf8)
      #expect(try client.receiveAll(Self.message.utf8.count) == Self.message)
    case .udp, .unixDatagram:
      let client = try Socket(address.family, .datagram)
      try client.setTimeout(.seconds(30))
      let path = temporaryPath()
      defer { unlink(path) }
      if kind == .unixDatagram { try client.bind(to: .unix(path: path)) }
      _ = try client.send(Self.message.utf8, to: address)
      let (bytes, sender) = try client.receiveFrom(upTo: 100)
      #expect(bytes == Array(Self.message.utf8))
      #expect(sender == address)
    }
  }

  private func pythonExchange(_ kind: Kind, with address: SocketAddress) throws {
    let script = """
      kind, where, own = sys.argv[1:]
      unix = kind.startswith("unix")
      family = socket.AF_UNIX if unix else socket.AF_INET
      address = where if unix else ("127.0.0.1", int(where))
      s = socket.socket(family, socket.SOCK_STREAM if kind in ("tcp", "unixStream") else socket.SOCK_DGRAM)
      s.settimeout(30)
      if kind == "unixDatagram": s.bind(own)
      s.connect(address)
      s.send(b"hello python\\n")
      say(s.recv(100))
      """
    let path = temporaryPath()
    defer { unlink(path) }
    let place: String
    if case .unix = address { place = "\(address)" } else { place = "\(address.port ?? 0)" }
    let python = try Program.python(script, kind.rawValue, place, path)
    #expect(try python.finish() == ["b'hello python\\n'"])
  }
}
