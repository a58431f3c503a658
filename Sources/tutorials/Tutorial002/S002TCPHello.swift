import Sockets

/// A pair: one exchange, and both end. The wire: `hello zj`, then `hahahaha`. Nothing is wrong with the original.
enum S002TCPHello: Pair {
  static let about = About("s002_tcp_hello", "TCP pair: hello zj and hahahaha", at: "0.0.0.0", 8080)

  static func server(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: settings.address)
    let connection = try listener.accept().socket
    print(try connection.receive(upTo: 1024).text)
    try connection.sendAll("hahahaha".utf8)
  }

  static func client(_ settings: Settings) throws {
    let connection = try Socket(connectingTo: settings.host, port: settings.port)
    try connection.sendAll("hello zj".utf8)
    print(try connection.receive(upTo: 1024).text)
  }
}
