import SocketServer
import Sockets

/// Commands over UDP: answers do not stick together, but may be cut or lost.
///
/// The wire: a command in a datagram; its errors and its output, in exactly two, either of them empty or not. The original:
/// an answer over 65507 bytes ends its server, `recvfrom(1024)` cuts others, a lost datagram blocks its client, and its
/// server has a shell for everybody.
enum S000ExecUDP: Pair {
  static let about = About("s000_exec_udp", "remote commands over UDP: no sticking, but loss", at: "127.0.0.1", 9000)

  /// What a datagram over IPv4 holds.
  private static let largest = 65_507

  struct Commands: DatagramRequestHandler {
    func handle(_ request: inout DatagramRequest) throws {
      print("用户命令-----> ", Python.repr(request.packet))
      let answer = try Shell(request.text)
      for bytes in [answer.errors, answer.output] {
        if bytes.count > largest { warn("an answer of \(bytes.count) bytes is cut to \(largest)") }
        try request.send(Array(bytes.prefix(largest)).span.bytes, to: request.clientAddress)
      }
    }
  }

  static func server(_ settings: Settings) throws {
    let rules = try Shell.serverSettings(at: settings.address)
    try UDPServer(settings.address, settings: rules, running: .threading()) { Commands() }.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    // Longer than any command may take.
    try socket.setTimeout(.seconds(65))
    try socket.connect(to: server)
    while let line = input(">>: ")?.stripped {
      do {
        _ = try socket.send(line.utf8)
        let errors = try socket.receive(upTo: 65_535)
        let output = try socket.receive(upTo: 65_535)
        if !errors.isEmpty { print("error : \(errors.text)") }
        if !output.isEmpty { print(output.text) }
      } catch {
        guard error.isTimedOut || error.isConnectionRefused else { throw error }
        warn("no answer: \(error)")
      }
    }
  }
}
