import Addresses
import Sockets

/// How large a packet may be on the way, and what becomes of a larger datagram: pieces, or an error.
enum IdeaMTU: Script {
  static let about = About("idea_mtu", "path MTU and datagram sizes")

  static func script(_ settings: Settings) throws {
    for interface in try NetworkInterface.all {
      let file = try SentFile("/sys/class/net/\(interface.name)/mtu")
      print("\(interface.name): \(try file.read(upTo: 100).text.stripped) bytes a packet")
    }
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    try receiver.setTimeout(.seconds(10))
    let sender = try Socket(.ipv4, .datagram)
    try sender.connect(to: receiver.localAddress)
    let mtu = try sender.option(.pathMTU)
    print("to 127.0.0.1: \(mtu) bytes, of which IP has 20 and UDP 8")
    for size in [0, 1472, 1473, 65_507, 65_508] {
      do {
        try sender.sendAll([UInt8](repeating: 0, count: size))
        let packets = size + 28 <= mtu ? "in one packet" : "in pieces"
        print("a datagram of \(size): \(try receiver.receive(upTo: 65_535).count) bytes arrive, \(packets)")
      } catch {
        guard error.isMessageTooLong else { throw error }
        print("a datagram of \(size): too long, IP has 16 bits for the length of a packet")
      }
    }
    let listener = try Socket(listeningOn: .ipv4(.loopback, port: 0))
    let segment = try Socket(connectingTo: listener.localAddress)
    print("TCP cuts by itself, to \(try segment.option(.maximumSegmentSize)) bytes a segment")
  }
}
