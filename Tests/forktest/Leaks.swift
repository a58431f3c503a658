internal import Addresses
internal import Glibc
internal import SocketServer
internal import Sockets

/// Fifty requests, every third of them reset by its client, and the number of open descriptors before and after.
enum Leaks {
  private struct Stream: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      if let line = try request.readLine() { try request.write(line) }
    }
  }

  private struct Multiplexed: MultiplexedRequestHandler {
    func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {
      connection.send(bytes)
      connection.close()
    }
  }

  private struct Datagram: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) throws { request.write(request.packet) }
  }

  static func run(_ way: String) throws {
    say("\(openDescriptors)")
    let here = SocketAddress.ipv4(.loopback, port: 0)
    var settings = ServerSettings()
    settings.handleError = { _, _ in }
    switch way {
    case "forking": try serve(TCPServer(here, settings: settings, running: .forking()) { Stream() })
    case "sequential": try serve(TCPServer(here, settings: settings) { Stream() })
    case "threading": try serve(TCPServer(here, settings: settings, running: .threading()) { Stream() })
    case "multiplexed": try serve(TCPServer(here, settings: settings, multiplexing: { Multiplexed() }), hearsEnds: true)
    case "datagrams": try serve(UDPServer(here, settings: settings) { Datagram() }, .datagram)
    default: throw Unknown()
    }
    say("\(openDescriptors)")
  }

  private static func serve(_ server: some BaseServer, _ type: SocketType = .stream, hearsEnds: Bool = false) throws {
    for number in 0..<50 {
      let client = try Socket(.ipv4, type)
      try client.setTimeout(.seconds(30))
      try client.connect(to: server.address)
      _ = try client.send("hello\n".utf8)
      if number % 3 == 0, type == .stream {
        try client.setOption(.linger, to: .upTo(seconds: 0))
        client.close()
        try server.handleRequest()
      } else {
        // The end of an earlier client may be what is handled.
        repeat { try server.handleRequest() } while hearsEnds && !hasBytes(client)
        guard try client.receive(upTo: 5) == Array("hello".utf8) else { throw Failure() }
      }
    }
    server.serverClose()
  }

  private static func hasBytes(_ client: borrowing Socket) -> Bool {
    var question = pollfd(fd: client.descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&question, 1, 0) == 1
  }

  private static var openDescriptors: Int {
    var count = 0
    for number in CInt(0)..<1024 where fcntl(number, F_GETFD) >= 0 { count += 1 }
    return count
  }
}
