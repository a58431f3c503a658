import Addresses
import BinaryPacking
import Glibc
import Sockets

/// Four echoes to a host, over IPv4 or IPv6: by a socket that needs no right, or a raw one where that is not allowed.
///
/// The wire: ICMP type 8 and 0 (RFC 792), ICMPv6 type 128 and 129 (RFC 4443).
enum Ping: Script {
  static let about = About("ping", "ping over IPv4 and IPv6, HOST says whom; COUNT how often", settings: ["COUNT"])

  static func script(_ settings: Settings) throws {
    guard let address = try Resolver.addresses(of: settings.host, type: .datagram).first?.address else {
      throw Failure("\(settings.host) has no address")
    }
    let isIPv6 = address.family == .ipv6
    let socket = try open(address.family, isIPv6 ? .icmpv6 : .icmp)
    let format = try BinaryFormat("!BBHHH")
    let id = UInt16(truncatingIfNeeded: getpid())
    var times: [Duration] = []
    let count = settings["COUNT"].flatMap { UInt16($0) } ?? 4
    for sequence in 1...max(1, count) {
      var packet = try format.pack(UInt8(isIPv6 ? 128 : 8), UInt8(0), UInt16(0), id, sequence) + Array("tutorial".utf8)
      // Of ICMPv6 the kernel makes the checksum, in which the addresses are, too (RFC 3542, section 3.1).
      if !isIPv6 { try BinaryFormat("!H").pack(S002RawSocket.checksum(packet), into: &packet, at: 2) }
      let begin = ContinuousClock.now
      let deadline = begin.advanced(by: .seconds(2))
      try socket.send(packet, to: address)
      while ContinuousClock.now < deadline {
        try socket.setTimeout(max(.milliseconds(1), ContinuousClock.now.duration(to: deadline)))
        guard var reply = try? socket.receive(upTo: 1500) else { break }
        // A raw socket of IPv4 gives the IP header, too.
        if socket.type == .raw, !isIPv6 { reply.removeFirst(min(reply.count, 4 * Int((reply.first ?? 0) & 15))) }
        guard reply.count >= 8 else { continue }
        let (type, _, _, replyID, number) = try format.unpack(
          UInt8.self, UInt8.self, UInt16.self, UInt16.self, UInt16.self, from: Array(reply.prefix(8)))
        // The unprivileged socket has an id of its own, and gets its own replies only.
        guard type == (isIPv6 ? 129 : 0), number == sequence, socket.type != .raw || replyID == id else { continue }
        times.append(begin.duration(to: .now))
        print("\(reply.count) bytes from \(settings.host): seq=\(sequence) time=\(times[times.count - 1])")
        break
      }
      if sequence < count { pause(.milliseconds(200)) }
    }
    print("\(count) sent, \(times.count) received")
    if let least = times.min(), let most = times.max() {
      print("min \(least) avg \(times.reduce(.zero, +) / times.count) max \(most)")
    }
  }

  private static func open(_ family: AddressFamily, _ kind: TransportProtocol) throws -> Socket {
    if let socket = try? Socket(family, .datagram, protocol: kind) { return socket }
    return try Socket(family, .raw, protocol: kind)
  }
}
