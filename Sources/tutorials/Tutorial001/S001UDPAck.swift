import SocketServer
import Sockets

/// Each datagram is acknowledged.
///
/// The wire: a datagram of text, which may be empty; `已收到`. The original: its client waits for ever for a lost one.
enum S001UDPAck: Pair {
  static let about = About("s001_udp_ack", "UDP example, answers 已收到", at: "127.0.0.1", 8001)

  struct Acknowledge: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) {
      let host = request.clientAddress.ipAddress.map { "\($0)" } ?? ""
      let port = request.clientAddress.port.map { "\($0)" } ?? ""
      print(Python.repr(request.packet), host, port)
      request.write("已收到")
    }
  }

  static func server(_ settings: Settings) throws {
    try UDPServer(host: settings.host, port: settings.port) { Acknowledge() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    try socket.setTimeout(.seconds(5))
    try socket.connect(to: server)
    while let line = input("请输入要发送的内容(Q退出):")?.stripped, line != "q", line != "Q" {
      do {
        _ = try socket.send(line.utf8)
        print(try socket.receive(upTo: 1024).text)
      } catch {
        guard error.isTimedOut || error.isConnectionRefused else { throw error }
        warn("no answer: \(error)")
      }
    }
  }
}
