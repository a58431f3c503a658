import SocketServer
import Sockets

/// Datagrams: each line comes back in upper case, and an empty line is a message, too.
///
/// The wire: a datagram of UTF-8 each way. The original: `recvfrom(1024)` cuts what is longer, and its client waits for ever
/// for a datagram that was lost.
enum S000UDPUpper: Pair {
  static let about = About("s000_udp_upper", "UDP pair: datagrams come back in upper case", at: "127.0.0.1", 8082)

  struct UpperCase: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) { request.write(request.packet.upper) }
  }

  static func server(_ settings: Settings) throws {
    var serverSettings = ServerSettings()
    serverSettings.maximumPacketSize = 65_535
    try UDPServer(host: settings.host, port: settings.port, settings: serverSettings) { UpperCase() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    try socket.setTimeout(.seconds(5))
    // Now only what the server sends is heard.
    try socket.connect(to: server)
    while let line = input(">>: ") {
      do {
        _ = try socket.send(line.utf8)
        print(Python.repr(try socket.receive(upTo: 65_535)))
      } catch {
        guard error.isTimedOut || error.isConnectionRefused else { throw error }
        warn("no answer: \(error)")
      }
    }
  }
}
