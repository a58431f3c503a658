import SocketServer
import Sockets

/// One page for every request.
///
/// The wire: `HTTP/1.1 200 OK`, an empty line, `<h1>Hello World!</h1>`, and the end. The original: of a request over 1024 bytes it
/// reads a part, and its close resets the connection before the page has arrived; a silent client holds up all others.
enum S002WebServer: Pair {
  static let about = About("s002_web_server", "minimal web server", at: "0.0.0.0", 8080)

  struct Page: StreamRequestHandler {
    static var timeout: Duration? { .seconds(10) }

    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(try request.read(upTo: 8192)))
      try request.write("HTTP/1.1 200 OK\r\n\r\n")
      try request.write("<h1>Hello World!</h1>")
      // What comes still is read: a close that leaves bytes behind resets the connection (RFC 9112, section 9.6).
      try request.stream.socket.shutdown(.sending)
      var rest = 1 << 20
      while rest > 0, case let data = try request.read(upTo: 8192), !data.isEmpty { rest -= data.count }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Page() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    print(try HTTP("GET", "/", at: settings.host, settings.port, [:], body: []).body.text)
  }
}
