import SocketServer
import Sockets

/// The date and time, for whoever connects.
///
/// The wire: `YYYY-MM-DD HH:MM:SS.ffffff` in the server's zone, and the end. The original has no client; a slow one holds up
/// all others.
enum S002TimeTCP: Pair {
  static let about = About("s002_time_tcp", "TCP date and time server", at: "192.168.1.2", 6789)

  struct Clock: StreamRequestHandler {
    func handle(_ request: inout StreamRequest) throws {
      print("\(Python.repr(request.clientAddress))连接到了服务器.")
      try request.write(Python.now())
    }
  }

  static func server(_ settings: Settings) throws {
    let server = try TCPServer(host: settings.host, port: settings.port, running: .threading()) { Clock() }
    print("服务器启动开始监听...")
    try server.serveForever()
  }

  static func client(_ settings: Settings) throws {
    var stream = try SocketStream(Socket(connectingTo: settings.host, port: settings.port))
    print(try stream.readText(limit: 1024))
  }
}
