import Addresses
import Sockets

/// What a datagram is: up to 65507 bytes, maybe none, whole or cut, and one receive for each.
enum S000UDPLimits: Script {
  static let about = About("s000_udp_limits", "UDP: 65507 bytes, empty datagrams, borders, truncation")

  static func script(_ settings: Settings) throws {
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    let place = try receiver.localAddress
    let sender = try Socket(.ipv4, .datagram)

    print("sendto 65507 bytes:", try sender.send([UInt8](repeating: 120, count: 65_507), to: place))
    print("recvfrom:", try receiver.receiveFrom(upTo: 65_535).bytes.count)
    do {
      try sender.send([UInt8](repeating: 120, count: 65_508), to: place)
    } catch {
      guard error.isMessageTooLong else { throw error }
      print("sendto 65508 bytes: EMSGSIZE, Message too long")
    }
    try sender.send([], to: place)
    print("an empty datagram:", Python.repr(try receiver.receiveFrom(upTo: 1024).bytes))
    try sender.send("one".utf8, to: place)
    try sender.send("two".utf8, to: place)
    let first = try receiver.receiveFrom(upTo: 1024).bytes
    let second = try receiver.receiveFrom(upTo: 1024).bytes
    print("two sendto, two recvfrom:", Python.repr(first), Python.repr(second))
    try sender.send("longer".utf8, to: place)
    try sender.send("next".utf8, to: place)
    let cut = try receiver.receiveFrom(upTo: 2).bytes
    print(
      "recvfrom(2) of b'longer':", Python.repr(cut), "and then", Python.repr(try receiver.receiveFrom(upTo: 10).bytes))
  }
}
