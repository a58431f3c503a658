import Sockets

/// Two sends, and one receive that may have one of them or both.
///
/// The wire: `kinght love `, then `aym`. The original is right; what it shows depends on the moment, and that is the lesson.
enum S001Sticky: Pair {
  static let about = About("s001_sticky", "sticky packets: two sends, one recv", at: "127.0.0.1", 8001)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    print(try connection.receive(upTo: 1024).text)
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("kinght love ".utf8)
    try connection.sendAll("aym".utf8)
  }
}
