import Sockets

/// The first pair: one message each way, one connection, and both end.
///
/// The wire: the client sends `hello!`, the server `hi`; nothing says where a message ends. Nothing is wrong with the
/// original but that: it is right because each message is small and alone.
enum S000TCPHello: Pair {
  static let about = About("s000_tcp_hello", "first TCP pair: hello! and hi", at: "127.0.0.1", 8898)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    print(Python.repr(try connection.receive(upTo: 1024)))
    try connection.sendAll("hi".utf8)
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("hello!".utf8)
    print(Python.repr(try connection.receive(upTo: 1024)))
  }
}
