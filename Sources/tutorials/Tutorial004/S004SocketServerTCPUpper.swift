import SocketServer
import Sockets

/// A server of `socketserver` with a thread for each client; texts come back in upper case.
///
/// The wire: UTF-8 without a border, the answer is `data.upper()` of the bytes. The original: when a client ends, its thread
/// spins for ever and prints empty lines.
enum S004SocketServerTCPUpper: Pair {
  static let about = About(
    "s004_socketserver_tcp_upper", "ThreadingTCPServer: upper case", at: "127.0.0.1", 8282)

  struct UpperCase: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      while case let data = try request.read(upTo: 65_536), !data.isEmpty {
        print(data.text)
        try request.write(data.upper)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    try TCPServer(settings.address, running: .threading()) { UpperCase() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    while let line = input(">>>>: ")?.stripped {
      guard !line.isEmpty else { continue }
      try stream.socket.sendAll(line.utf8)
      print(try stream.read(exactly: line.utf8.count).text)
    }
  }
}
