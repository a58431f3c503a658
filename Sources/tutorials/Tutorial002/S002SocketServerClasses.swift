import Addresses
import Linearization
import SocketServer
import Sockets

/// The classes of socketserver: CLASS names one as Python does, HANDLER is base, stream or datagram; SOCK_PATH is where the
/// Unix servers are. The wire: `hello CLASS` and a newline; the same in upper case. Nothing is wrong with the original.
enum S002SocketServerClasses: Pair {
  static let about = About(
    "s002_socketserver_classes", "the classes of socketserver", at: "127.0.0.1", 8080,
    settings: ["CLASS", "HANDLER", "SOCK_PATH"])

  private static let parents: [String: [String]] = [
    "object": [], "BaseServer": ["object"], "TCPServer": ["BaseServer"], "UDPServer": ["TCPServer"],
    "UnixStreamServer": ["TCPServer"], "UnixDatagramServer": ["UDPServer"], "ThreadingMixIn": ["object"],
    "ForkingMixIn": ["object"], "ThreadingTCPServer": ["ThreadingMixIn", "TCPServer"],
    "ThreadingUDPServer": ["ThreadingMixIn", "UDPServer"], "ForkingTCPServer": ["ForkingMixIn", "TCPServer"],
    "ForkingUDPServer": ["ForkingMixIn", "UDPServer"],
  ]

  struct Lines: StreamRequestHandler {
    let isBase: Bool
    func handle(_ request: inout StreamRequest) throws {
      // A base handler has the socket, a stream handler files.
      let line = try isBase ? request.read(upTo: 1024) : request.stream.read(until: 0x0A) ?? []
      try request.write(line.upper)
    }
  }

  struct Datagrams: DatagramRequestHandler {
    let isBase: Bool
    func handle(_ request: inout DatagramRequest) throws {
      if isBase { return try request.send(request.packet.upper.span.bytes, to: request.clientAddress) }
      request.write(request.packet.upper)
    }
  }

  private static func place(_ settings: Settings) throws -> (name: String, address: SocketAddress) {
    let name = settings["CLASS"] ?? "ThreadingTCPServer"
    guard parents[name] != nil, name.hasSuffix("Server"), name != "BaseServer" else {
      throw Failure("no class \(name)")
    }
    let isUnix = name.hasPrefix("Unix")
    return (name, isUnix ? .unix(path: settings["SOCK_PATH"] ?? "tutorial.sock") : try settings.address)
  }

  static func server(_ settings: Settings) throws {
    let (name, address) = try place(settings)
    print(try linearize(name) { parents[$0] }.joined(separator: ", "))
    let isBase = (settings["HANDLER"] ?? "base") == "base"
    let server: any BaseServer =
      switch name {
      case "ThreadingTCPServer": try TCPServer(address, running: .threading()) { Lines(isBase: isBase) }
      case "ForkingTCPServer": try TCPServer(address, running: .forking()) { Lines(isBase: isBase) }
      case "TCPServer", "UnixStreamServer": try TCPServer(address) { Lines(isBase: isBase) }
      case "ThreadingUDPServer": try UDPServer(address, running: .threading()) { Datagrams(isBase: isBase) }
      case "ForkingUDPServer": try UDPServer(address, running: .forking()) { Datagrams(isBase: isBase) }
      default: try UDPServer(address) { Datagrams(isBase: isBase) }
      }
    try server.serveForever()
  }

  static func client(_ settings: Settings) throws {
    let (name, address) = try place(settings)
    let socket = try Socket(
      address.family, name.hasSuffix("TCPServer") || name.contains("Stream") ? .stream : .datagram)
    if address.family == .unix, socket.type == .datagram { try socket.bind(to: .unnamed) }
    try socket.setTimeout(.seconds(5))
    try socket.connect(to: address)
    try socket.sendAll("hello \(name)\n".utf8)
    print(try socket.receive(upTo: 1024).stripped.text)
  }
}
