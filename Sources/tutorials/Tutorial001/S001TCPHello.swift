import SocketServer
import Sockets

/// A pair whose server goes on: one exchange for each client.
///
/// The wire: `Hello,I am client`, then `Hello World`, and the server closes. The original: one silent client holds up all
/// others.
enum S001TCPHello: Pair {
  static let about = About("s001_tcp_hello", "first TCP pair with a server loop", at: "127.0.0.1", 8001)

  struct Greeter: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(try request.read(upTo: 1024).text)
      try request.write("Hello World")
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Greeter() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("Hello,I am client".utf8)
    print(try connection.receive(upTo: 1024).text)
  }
}
