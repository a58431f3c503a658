import Addresses
import Sockets
import SystemPackage

/// The tables of socket methods: each is called once, within this process, and says what it gives.
///
/// The original: its table has `getsocketname` for `getsockname`.
enum S002SocketMethods: Script {
  static let about = About("s002_socket_methods", "every method of the socket tables, called once")

  static func script(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let client = try Socket(connectingTo: listener.localAddress)
    let server = try listener.accept().socket
    print(
      "getsockname, getpeername", Python.repr(try server.localAddress), try client.peerAddress == server.localAddress)
    try client.setOption(.noDelay, to: true)
    print("setsockopt", try client.option(.noDelay))
    print("send", try client.send("send".utf8))
    print("recv", Python.repr(try server.receive(upTo: 100)))
    try client.sendAll("sendall".utf8)
    var buffer = [UInt8](repeating: UInt8(ascii: "."), count: 10)
    print("sendall, recv_into", try server.receive(into: &buffer), Python.repr(buffer))
    let file = try SentFile("/etc/passwd")
    print("sendfile", try client.sendFile(file.descriptor.rawValue, count: 9))
    print("recv", Python.repr(try server.receive(upTo: 9)).count > 3)
    try server.setBlocking(false)
    do {
      print(try server.receive(upTo: 1))
    } catch {
      print("setblocking", error.isWouldBlock ? "BlockingIOError" : "\(error)")
    }
    try server.setTimeout(.milliseconds(10))
    do {
      print(try server.receive(upTo: 1))
    } catch {
      print("settimeout", error.isTimedOut ? "TimeoutError" : "\(error)")
    }
    var stream = try SocketStream(client)
    try stream.write("a line\n")
    try stream.flush()
    print("makefile", Python.repr(try server.receive(upTo: 100)))
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    let sender = try Socket(.ipv4, .datagram)
    print("sendto", try sender.send("one".utf8, to: receiver.localAddress))
    let (bytes, address) = try receiver.receiveFrom(upTo: 100)
    print("recvfrom (\(Python.repr(bytes)), \(Python.repr(address)))")
    try sender.send("two".utf8, to: receiver.localAddress)
    let (count, origin) = try receiver.receiveFrom(into: &buffer)
    print("recvfrom_into", PythonValue.tuple([.integer(count)]).repr, origin == address, Python.repr(buffer))
  }
}
