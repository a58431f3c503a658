import SocketServer
import Sockets

/// ThreadingTCPServer with setup, handle and finish.
///
/// The wire: text, answered by `Your msg = TEXT`; `quit` ends the connection. The original has no client; when one closes, its
/// server answers nothing with `Your msg = ` until the connection breaks.
enum S002SocketServerThreading: Pair {
  static let about = About("s002_socketserver_threading", "ThreadingTCPServer: Your msg = ..", at: "127.0.0.1", 8080)

  struct Messages: StreamRequestHandler {
    func setup(_ request: inout StreamRequest) throws {
      print("处理请求:", Python.repr(request.stream.socket))
    }

    func handle(_ request: inout StreamRequest) throws {
      while case let text = try request.read(upTo: 8192).text, !text.isEmpty, text != "quit" {
        let answer = "Your msg = \(text)"
        print(answer)
        try request.write(answer)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Messages() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    while let line = input(">>>"), line != "quit" {
      guard !line.isEmpty else { continue }
      try connection.sendAll(line.utf8)
      print(try connection.receive(upTo: 65_536).text)
    }
    try connection.sendAll("quit".utf8)
  }
}
