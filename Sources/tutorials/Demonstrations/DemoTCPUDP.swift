import Addresses
import Sockets

/// TCP against UDP: an empty message, a message over 65507 bytes, two messages at once.
enum DemoTCPUDP: Script {
  static let about = About("demo_tcp_udp", "TCP against UDP: empty, oversized, two messages")

  static func script(_ settings: Settings) throws {
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let client = try Socket(connectingTo: listener.localAddress, timeout: .seconds(10))
    let server = try listener.accept().socket
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    let sender = try Socket(.ipv4, .datagram)
    try sender.connect(to: receiver.localAddress)

    try server.setTimeout(.milliseconds(50))
    try client.sendAll([])
    do {
      print(try server.receive(upTo: 100))
    } catch {
      print("TCP, an empty message:", error.isTimedOut ? "nothing arrives" : "\(error)")
    }
    try sender.sendAll([])
    print("UDP, an empty message:", Python.repr(try receiver.receive(upTo: 100)))

    try server.setTimeout(nil)
    let large = [UInt8](repeating: 120, count: 100_000)
    try client.sendAll(large)
    print("TCP, 100000 bytes:", try server.receive(upTo: 100_000, flags: .waitAll).count, "arrive")
    do {
      try sender.sendAll(large)
    } catch {
      print("UDP, 100000 bytes:", error.isMessageTooLong ? "Message too long" : "\(error)")
    }

    for message in ["one", "two"] {
      try client.sendAll(message.utf8)
      try sender.sendAll(message.utf8)
    }
    print("TCP, two messages:", Python.repr(try server.receive(upTo: 6, flags: .waitAll)))
    let first = try receiver.receive(upTo: 100)
    print("UDP, two messages:", Python.repr(first), Python.repr(try receiver.receive(upTo: 100)))
  }
}
