import Addresses
import Sockets
import SystemPackage

/// The tables of socket functions: each is called once, within this process, and says what it gives.
enum S000SocketFunctions: Script {
  static let about = About("s000_socket_functions", "every function of the socket tables, called once")

  static func script(_ settings: Settings) throws {
    let listener = try Socket(.ipv4, .stream)
    try listener.setOption(.reuseAddress, to: true)
    try listener.bind(to: .ipv4(.loopback, port: 0))
    try listener.listen(backlog: 5)
    let place = try listener.localAddress
    print("bind, listen, getsockname", Python.repr(place))
    let client = try Socket(.ipv4, .stream)
    try client.connect(to: place)
    let accepted = try listener.accept()
    let (server, peer) = (accepted.peerAddress, try client.localAddress)
    print("connect, accept", Python.repr(server), server == peer)
    print("getpeername", Python.repr(try client.peerAddress))
    print("send", try client.send("hello".utf8))
    print("recv", Python.repr(try accepted.socket.receive(upTo: 1024)))
    try client.sendAll("first\nsecond\n".utf8)
    var file = try SocketStream(accepted.socket)
    print("sendall, makefile", Python.repr(try file.readLine() ?? ""), Python.repr(try file.readLine() ?? ""))
    print("getsockopt", try listener.option(.reuseAddress) ? 1 : 0)
    print("fileno", client.descriptor >= 0)
    try client.setBlocking(false)
    do {
      print(try client.receive(upTo: 1))
    } catch {
      guard error.isWouldBlock else { throw error }
      print("setblocking BlockingIOError")
    }
    try client.setTimeout(.milliseconds(500))
    print("settimeout, gettimeout", Double((client.timeout ?? .zero).components.attoseconds) / 1e18)
    client.close()
    listener.close()
    print("close, connect_ex", try Socket(.ipv4, .stream).connectErrno(to: place)?.rawValue ?? 0)
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    print("sendto", try Socket(.ipv4, .datagram).send("datagram".utf8, to: receiver.localAddress))
    let (bytes, sender) = try receiver.receiveFrom(upTo: 1024)
    print("recvfrom (\(Python.repr(bytes)), \(Python.repr(sender)))")
  }
}
