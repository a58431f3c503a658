import Sockets

/// Calls that wait: accept for a client, receive for its message. The wire: `ABCDEFGH`. Nothing is wrong with the original.
enum S001Blocking: Pair {
  static let about = About("s001_blocking", "blocking pair: one message", at: "127.0.0.1", 8001)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    print(try listener.accept().socket.receive(upTo: 1024).text)
  }

  static func client(_ settings: Settings) throws {
    try Socket(connectingTo: settings.host, port: settings.port).sendAll("ABCDEFGH".utf8)
  }
}
