import Sockets

/// Three small sends stick together: `123`, `456` and `789` arrive as `123456789`, or in other pieces.
///
/// The wire: three sends and the end; the server receives three times. The original throws the second result away and
/// prints the first again; what it shows depends on the moment, and that is the lesson.
enum S003ThreeSends: Pair {
  static let about = About("s003_three_sends", "three small sends stick together", at: "192.168.11.70", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    for _ in 1...3 { print(Python.repr(try connection.receive(upTo: 1024))) }
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    for text in ["123", "456", "789"] { try connection.sendAll(text.utf8) }
  }
}
