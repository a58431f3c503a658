import Addresses
import Sockets

/// Nagle's algorithm and delayed acknowledgement, measured: a question in two small writes, again and again.
///
/// The kernel keeps the second write back until the first is acknowledged, and the other side's kernel waits with the
/// acknowledgement for an answer that could carry it. TCP_NODELAY, or one write for each message, ends it.
enum IdeaNagle: Script {
  static let about = About("idea_nagle", "Nagle and delayed acknowledgement, with and without TCP_NODELAY")

  static func script(_ settings: Settings) throws {
    for (name, noDelay, writes) in [
      ("two writes", false, ["ques", "tion"]), ("two writes, TCP_NODELAY", true, ["ques", "tion"]),
      ("one write", false, ["question"]),
    ] {
      let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
      let client = try Socket(connectingTo: listener.localAddress)
      let server = try listener.accept().socket
      try client.setOption(.noDelay, to: noDelay)
      let begin = ContinuousClock.now
      for _ in 0..<50 {
        for write in writes { try client.sendAll(write.utf8) }
        _ = try server.receive(upTo: 8, flags: .waitAll)
        try server.sendAll("answer".utf8)
        _ = try client.receive(upTo: 6, flags: .waitAll)
      }
      print("\(name): 50 questions in \(begin.duration(to: .now))")
    }
  }
}
