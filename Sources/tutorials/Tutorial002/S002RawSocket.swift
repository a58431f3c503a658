import Addresses
import BinaryPacking
import Glibc
import Sockets

/// One echo by ICMP to this machine, through a raw socket: what `ping` does.
///
/// The wire: type 8, code 0, the checksum of RFC 1071, an id, 1, `hello raw socket`, big-endian; the reply has type 0. Nothing is
/// wrong with the original.
enum S002RawSocket: Script {
  static let about = About("s002_raw_socket", "SOCK_RAW: one ICMP echo to loopback")

  static func script(_ settings: Settings) throws {
    let socket: Socket
    do {
      socket = try Socket(.ipv4, .raw, protocol: .icmp)
    } catch {
      guard error.isPermissionDenied else { throw error }
      print("no permission: PermissionError")
      return
    }
    try socket.setTimeout(.seconds(5))
    let payload = Array("hello raw socket".utf8)
    let id = UInt16(truncatingIfNeeded: getpid())
    let header = try BinaryFormat("!BBHHH")
    var request = try header.pack(UInt8(8), UInt8(0), UInt16(0), id, UInt16(1)) + payload
    try BinaryFormat("!H").pack(checksum(request), into: &request, at: 2)
    try socket.send(request, to: .ipv4(.loopback, port: 0))
    while true {
      // All echoes of the machine come, this one's question too; before each there is its IP header.
      let packet = try socket.receive(upTo: 1500)
      guard let first = packet.first, case let reply = Array(packet.dropFirst(4 * Int(first & 15))), reply.count >= 8
      else {
        continue
      }
      let (type, code, _, replyID, sequence) = try header.unpack(
        UInt8.self, UInt8.self, UInt16.self, UInt16.self, UInt16.self, from: reply.prefix(8).map { $0 })
      guard type == 0, code == 0, replyID == id, sequence == 1, checksum(reply) == 0 else { continue }
      print("reply:", Python.repr(reply.dropFirst(8)), "from 127.0.0.1")
      return
    }
  }

  /// RFC 1071.
  static func checksum(_ bytes: [UInt8]) -> UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: bytes.count, by: 2) {
      sum += UInt32(bytes[index]) << 8 + (index + 1 < bytes.count ? UInt32(bytes[index + 1]) : 0)
    }
    while sum > 0xFFFF { sum = sum >> 16 + sum & 0xFFFF }
    return ~UInt16(sum)
  }
}
