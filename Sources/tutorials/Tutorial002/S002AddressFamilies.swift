import Addresses
import Glibc
import Sockets

/// The same exchange over IPv4, IPv6 and Unix sockets, as a stream or as datagrams: FAMILY is inet, inet6 or unix, TYPE is stream
/// or dgram, SOCK_PATH where the Unix socket is. The wire: `hello zj`, then `hahahaha`. Nothing is wrong with the original.
enum S002AddressFamilies: Pair {
  static let about = About(
    "s002_address_families", "address families and socket types", at: "127.0.0.1", 8080,
    settings: ["FAMILY", "SOCK_PATH", "TYPE"])

  private static func place(_ settings: Settings) throws -> SocketAddress {
    switch settings["FAMILY"] ?? "inet" {
    case "unix": .unix(path: settings["SOCK_PATH"] ?? "tutorial.sock")
    // A host of the other family has its counterpart here.
    case "inet6": .ipv6((try? IPv6Address(parsing: settings.host)) ?? .loopback, port: settings.port)
    case "inet": .ipv4((try? IPv4Address(parsing: settings.host)) ?? .loopback, port: settings.port)
    case let family: throw Failure("FAMILY is \(family), and not inet, inet6 or unix")
    }
  }

  private static func isStream(_ settings: Settings) throws -> Bool {
    switch settings["TYPE"] ?? "stream" {
    case "stream": true
    case "dgram": false
    case let type: throw Failure("TYPE is \(type), and not stream or dgram")
    }
  }

  static func server(_ settings: Settings) throws {
    let address = try place(settings)
    var path: String?
    if case .unix(let bytes) = address { path = bytes.text }
    // A socket that an earlier server left behind; nothing else is removed.
    var status = stat()
    if let path, lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
    defer { if let path { unlink(path) } }
    if try isStream(settings) {
      let connection = try Socket(listeningOn: address).accept().socket
      print(try connection.receive(upTo: 1024).text)
      try connection.sendAll("hahahaha".utf8)
    } else {
      let socket = try Socket(address.family, .datagram)
      try socket.bind(to: address)
      let (bytes, sender) = try socket.receiveFrom(upTo: 1024)
      print(bytes.text)
      try socket.send("hahahaha".utf8, to: sender)
    }
  }

  static func client(_ settings: Settings) throws {
    let address = try place(settings)
    let socket = try Socket(address.family, isStream(settings) ? .stream : .datagram)
    // Of a Unix datagram socket without a name nobody could answer the messages: the kernel gives it one.
    if address.family == .unix, socket.type == .datagram { try socket.bind(to: .unnamed) }
    try socket.setTimeout(.seconds(5))
    try socket.connect(to: address)
    try socket.sendAll("hello zj".utf8)
    print(try socket.receive(upTo: 1024).text)
  }
}
