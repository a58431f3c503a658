import Sockets

/// Two small sends may arrive as one: TCP carries bytes, not messages.
///
/// The wire: `hello`, then `egg`; the server receives twice and sends nothing. The original is right; what it shows depends
/// on the moment, and that is the lesson.
enum S000StickyTwoSends: Pair {
  static let about = About("s000_sticky_two_sends", "sticky packets 1: two small sends", at: "127.0.0.1", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    let first = try connection.receive(upTo: 10)
    let second = try connection.receive(upTo: 10)
    print("----->", first.text)
    print("----->", second.text)
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("hello".utf8)
    try connection.sendAll("egg".utf8)
  }
}
