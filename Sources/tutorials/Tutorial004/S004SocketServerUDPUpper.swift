import SocketServer
import Sockets

/// A datagram server of `socketserver` with a thread for each datagram; texts come back in upper case.
///
/// The wire: a datagram of UTF-8 each way, never an empty one to the server. The original's client waits for ever for a
/// datagram that was lost.
enum S004SocketServerUDPUpper: Pair {
  static let about = About(
    "s004_socketserver_udp_upper", "ThreadingUDPServer: upper case", at: "127.0.0.1", 8787)

  struct UpperCase: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) {
      // What Python's handler has for its request: the bytes, and the server's socket.
      let (server, address) = (request.server.descriptor, request.server.address)
      let socket = "<socket.socket fd=\(server), family=\(address.family.rawValue), type=2, proto=0"
      print("(\(Python.repr(request.packet)), \(socket), laddr=\(Python.repr(address))>)")
      request.write(request.packet.upper)
    }
  }

  static func server(_ settings: Settings) throws {
    var rules = ServerSettings()
    rules.maximumPacketSize = 65_535
    try UDPServer(settings.address, settings: rules, running: .threading()) { UpperCase() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    try socket.setTimeout(.seconds(5))
    try socket.connect(to: server)
    while let line = input(">>>>: ")?.stripped {
      guard !line.isEmpty else { continue }
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
