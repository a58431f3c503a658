import SocketServer
import Sockets

/// A conversation with its six improvements: each text comes back with `123` behind it, and the next client is served.
///
/// The wire: UTF-8 without a border, never empty; the answer is the same bytes and `123`. The original: when a client ends
/// in order, its server takes the empty answer of `recv` for one more message, spins, and serves nobody else.
enum S003Echo123: Pair {
  static let about = About("s003_echo_123", "TCP loop: the text comes back with 123", at: "192.168.11.70", 8080)

  struct Echo: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print(Python.repr(request.clientAddress))
      while case let data = try request.read(upTo: 65_536), !data.isEmpty {
        print(data.text)
        try request.write(data + "123".utf8)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(settings.address, running: .threading()) { Echo() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let line = input("输入想说的话>>>:")?.stripped {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      print(try stream.read(exactly: line.utf8.count + 3).text)
    }
  }
}
