import Sockets

/// Calls that do not wait: they are asked again and again, until there is something.
///
/// The wire: `ABCDEFGH`. The original is a fragment that asks once, and gets a BlockingIOError. (A selector asks without
/// turning in circles: s001_select_multi_client.)
enum S001NonblockingAccept: Pair {
  static let about = About("s001_nonblocking_accept", "non-blocking accept and recv, polled", at: "127.0.0.1", 8001)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    try listener.setBlocking(false)
    var polls = 0
    while true {
      polls += 1
      guard let accepted = try listener.tryAccept() else {
        pause(.milliseconds(1))
        continue
      }
      let connection = accepted.socket
      while true {
        polls += 1
        do {
          print(try connection.receive(upTo: 1024).text)
          print(polls > 2 ? "polled more than twice" : "polled \(polls) times")
          return
        } catch {
          guard error.isWouldBlock else { throw error }
          pause(.milliseconds(1))
        }
      }
    }
  }

  static func client(_ settings: Settings) throws {
    try Socket(connectingTo: settings.host, port: settings.port).sendAll("ABCDEFGH".utf8)
  }
}
