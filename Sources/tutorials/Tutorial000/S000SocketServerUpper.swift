import SocketServer
import Sockets

/// A server of `socketserver`: one request a connection, answered in upper case.
///
/// The wire: `hello` and a newline; the answer has none, and ends with the connection. Nothing is wrong with the original
/// but that clients wait for each other.
enum S000SocketServerUpper: Pair {
  static let about = About("s000_socketserver_upper", "socketserver.TCPServer: upper case", at: "127.0.0.1", 9999)

  struct UpperCase: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      let data = try request.read(upTo: 1024).stripped
      print("\(request.clientAddress.ipAddress.map { "\($0)" } ?? "") wrote:\n\(Python.repr(data))")
      try request.write(data.upper)
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { UpperCase() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    try stream.socket.sendAll("hello\n".utf8)
    print("Sent:     hello")
    print("Received: \(try stream.readText(limit: 1024))")
  }
}
