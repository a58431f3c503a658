import Addresses
import Glibc
import Sockets

/// The states of a connection, from its beginning to TIME_WAIT, as the kernel tells them (`TCP_INFO`).
///
/// Three messages open it, four close it; who closes first keeps its port for a minute, in case something is late.
enum IdeaTCPStates: Script {
  static let about = About("idea_tcp_states", "the states of a connection, from handshake to TIME_WAIT")

  /// In the kernel's order (include/net/tcp_states.h), from 1.
  private static let names = [
    "", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK",
    "LISTEN", "CLOSING",
  ]

  static func script(_ settings: Settings) throws {
    let client = try Socket(.ipv4)
    print("client, new:", try state(client))
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    print("server, listening:", try state(listener))
    try client.connect(to: listener.localAddress)
    let server = try listener.accept().socket
    let place = try client.localAddress
    print("connected: client", try state(client), "server", try state(server))
    try client.shutdown(.sending)
    print("the client sends its end: client", try state(client), "server", try state(server))
    try server.shutdown(.sending)
    print("the server sends its end: server", try state(server))
    client.close()
    server.close()
    print("both closed:", try system(place.port ?? 0))
  }

  private static func state(_ socket: borrowing Socket) throws -> String {
    // The first byte of struct tcp_info.
    let number = try socket.option(level: CInt(IPPROTO_TCP), name: TCP_INFO, maximumSize: 8).first ?? 0
    return names.indices.contains(Int(number)) ? names[Int(number)] : "\(number)"
  }

  /// What the kernel's table says of a local port whose socket is closed (man 5 proc).
  private static func system(_ port: Port) throws -> String {
    let table = try SentFile("/proc/net/tcp")
    var text: [UInt8] = []
    while case let data = try table.read(upTo: 65_536), !data.isEmpty { text += data }
    let suffix = ":" + Python.hex(UInt32(port.rawValue), digits: 4).uppercased()
    for line in text.text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count > 3, words[1].hasSuffix(suffix), let number = Int(words[3], radix: 16) else { continue }
      return "client's port in \(names[number])"
    }
    return "nothing is left"
  }
}
