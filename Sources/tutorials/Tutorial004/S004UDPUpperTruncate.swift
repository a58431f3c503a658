import SocketServer
import Sockets

/// Datagrams come back in upper case to a client with room for four bytes: the rest of each is lost.
///
/// The wire: a datagram of UTF-8 each way. The original: four bytes that end within a character end its client.
enum S004UDPUpperTruncate: Pair {
  static let about = About("s004_udp_upper_truncate", "UDP pair; the client takes 4 bytes", at: "127.0.0.1", 8181)

  struct UpperCase: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) {
      print(Python.repr(request.packet), Python.repr(request.clientAddress))
      request.write(request.packet.upper)
    }
  }

  static func server(_ settings: Settings) throws {
    var rules = ServerSettings()
    rules.maximumPacketSize = 65_535
    try UDPServer(settings.address, settings: rules) { UpperCase() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    try socket.setTimeout(.seconds(5))
    // Now only what the server sends is heard.
    try socket.connect(to: server)
    while let line = input(">>>>: ")?.stripped {
      do throws(SocketError) {
        _ = try socket.send(line.utf8)
        let answer = try socket.receiveMessage(upTo: 4)
        // Bytes of a character that was cut are no text.
        var text = String(decoding: answer.bytes, as: UTF8.self)
        while text.unicodeScalars.last == "\u{FFFD}" { text.unicodeScalars.removeLast() }
        print(text, Python.repr(answer.sender))
        if answer.flags.contains(.truncate) { warn("the rest of the answer is lost: there was room for 4 bytes") }
      } catch {
        guard error.isTimedOut || error.isConnectionRefused else { throw error }
        warn("no answer: \(error)")
      }
    }
  }
}
