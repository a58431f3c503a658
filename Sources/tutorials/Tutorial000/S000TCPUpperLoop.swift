import SocketServer
import Sockets

/// A conversation: each line comes back in upper case.
///
/// The wire: UTF-8 without a border; the answer is `data.upper()` of the bytes, so it is as long as the question.
/// The original: an empty line sends nothing and both wait for ever; after the client's end its server spins and serves
/// nobody else; an answer over 1024 bytes comes in pieces, each shown as an answer.
enum S000TCPUpperLoop: Pair {
  static let about = About("s000_tcp_upper_loop", "TCP loop: lines come back in upper case", at: "127.0.0.1", 8081)

  struct UpperCase: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      while case let data = try request.read(upTo: 65_536), !data.isEmpty {
        print("server===>", Python.repr(data))
        try request.write(data.upper)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(host: settings.host, port: settings.port, running: .threading()) { UpperCase() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let line = input(">>: ")?.stripped {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      print("client====>", Python.repr(try stream.read(exactly: line.utf8.count)))
    }
  }
}
