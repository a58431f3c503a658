import Sockets

/// The first pair of this tutorial: one message each way, and both end.
///
/// The wire: the client sends `I am from client!`, the server `I AM FROM SERVER!`; nothing says where a message ends.
/// Nothing is wrong with the original.
enum S003TCPHello: Pair {
  static let about = About("s003_tcp_hello", "TCP pair: one message each way", at: "192.168.11.70", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    print(Python.repr(try connection.receive(upTo: 1024)))
    try connection.sendAll("I AM FROM SERVER!".utf8)
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("I am from client!".utf8)
    print(Python.repr(try connection.receive(upTo: 1024)))
  }
}
