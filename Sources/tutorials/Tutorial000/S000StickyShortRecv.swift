import Sockets

/// A receive that is too short leaves the rest to the next.
///
/// The wire: `hello egg` in one send; the server receives 2 bytes, then up to 10, and sends nothing. Nothing is wrong with
/// the original.
enum S000StickyShortRecv: Pair {
  static let about = About("s000_sticky_short_recv", "sticky packets 2: a short recv", at: "127.0.0.1", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    let first = try connection.receive(upTo: 2)
    let second = try connection.receive(upTo: 10)
    print("----->", first.text)
    print("----->", second.text)
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("hello egg".utf8)
  }
}
