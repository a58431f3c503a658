import SocketServer
import Sockets

/// An exchange of bytes, shown as bytes.
///
/// The wire: `hello`, then `hello world`, and the server closes. The original: one silent client holds up all others.
enum S001TCPBytes: Pair {
  static let about = About("s001_tcp_bytes", "TCP example with bytes", at: "127.0.0.1", 8001)

  struct Greeter: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(try request.read(upTo: 1024)))
      try request.write("hello world")
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Greeter() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("hello".utf8)
    print(Python.repr(try connection.receive(upTo: 1024)))
  }
}
