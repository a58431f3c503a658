import SocketServer
import Sockets

/// The time, in the form that the client asks for.
///
/// The wire: a datagram with a form of `strftime`, empty for `%Y-%m-%d %X`; one with the time. The original: a form that is no
/// UTF-8 ends its server.
enum S004UDPTime: Pair {
  static let about = About("s004_udp_time", "UDP time server with strftime forms", at: "127.0.0.1", 9000)

  struct Clock: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) {
      print("===> ", Python.repr(request.packet))
      request.write(Python.strftime(request.packet.isEmpty ? "%Y-%m-%d %X" : request.text))
    }
  }

  static func server(_ settings: Settings) throws {
    // One byte of a form may become two hundred.
    var rules = ServerSettings()
    rules.maximumPacketSize = 1024
    try UDPServer(settings.address, settings: rules) { Clock() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    try socket.setTimeout(.seconds(5))
    try socket.connect(to: server)
    while let line = input("请输入时间格式(例%Y %m %d)>>: ")?.stripped {
      do throws(SocketError) {
        _ = try socket.send(line.utf8)
        print(try socket.receive(upTo: 65_535).text)
      } catch {
        guard error.isTimedOut || error.isConnectionRefused else { throw error }
        warn("no answer: \(error)")
      }
    }
  }
}
