import Addresses
import BinaryPacking

/// A packet of our own, shown layer by layer, and the seven layers as a table: each is the content of the one below.
enum IdeaLayers: Script {
  static let about = About("idea_layers", "a packet layer by layer, and the seven layers")

  private static let layers = [
    ("7 application", "HTTP, SMTP, FTP, DNS", "message"), ("6 presentation", "TLS, JSON, UTF-8", "message"),
    ("5 session", "sockets, RPC", "message"), ("4 transport", "TCP, UDP", "segment, datagram; port"),
    ("3 network", "IP, ICMP", "packet; IP address; router"),
    ("2 data link", "Ethernet, ARP", "frame; MAC address; switch"),
    ("1 physical", "copper, fibre, radio", "bits; hub"),
  ]

  static func script(_ settings: Settings) throws {
    let http = Array("GET / HTTP/1.1\r\nHost: 192.168.1.20\r\n\r\n".utf8)
    let ports = try BinaryFormat("!HHIIBBHHH")
    let tcp = try ports.pack(
      UInt16(50_000), UInt16(80), UInt32(1), UInt32(1), UInt8(5 << 4), UInt8(0x18), UInt16(64_240), UInt16(0), UInt16(0)
    )
    let head = try BinaryFormat("!BBHHHBBHII")
    let source = try IPv4Address(parsing: "192.168.1.10")
    let target = try IPv4Address(parsing: "192.168.1.20")
    var ip = try head.pack(values: [
      0x45, 0, .integer(Int128(20 + tcp.count + http.count)), 1, 0x4000, 64, 6, 0,
      .integer(Int128(source.value)), .integer(Int128(target.value)),
    ])
    try BinaryFormat("!H").pack(S002RawSocket.checksum(ip), into: &ip, at: 10)
    let ethernet: [UInt8] = [2, 0, 0, 0, 0, 20, 2, 0, 0, 0, 0, 10, 0x08, 0x00]
    let frame = ethernet + ip + tcp + http
    print("the frame, \(frame.count) bytes:", frame.map { Python.hex(UInt32($0), digits: 2) }.joined())

    func address(_ bytes: ArraySlice<UInt8>) -> String {
      bytes.map { Python.hex(UInt32($0), digits: 2) }.joined(separator: ":")
    }
    print("Ethernet: from \(address(frame[6..<12])) to \(address(frame[0..<6])), type \(Python.repr(frame[12..<14]))")
    let packet = Array(frame.dropFirst(14))
    let fields = try head.unpack(from: Array(packet.prefix(20)))
    let numbers = fields.compactMap(\.integerValue)
    let isRight = S002RawSocket.checksum(Array(packet.prefix(20))) == 0
    print(
      "IP: from \(IPv4Address(UInt32(numbers[8]))) to \(IPv4Address(UInt32(numbers[9]))), \(numbers[2]) bytes, "
        + "time to live \(numbers[5]), protocol \(numbers[6]), checksum \(isRight ? "right" : "wrong")")
    let segment = Array(packet.dropFirst(20))
    let (from, to) = try BinaryFormat("!HH").unpack(UInt16.self, UInt16.self, from: segment, at: 0)
    print("TCP: from port \(from) to port \(to), flags PSH ACK, header of \(4 * Int(segment[12] >> 4)) bytes")
    print("HTTP:", Python.repr(segment.dropFirst(20)))
    for (name, examples, unit) in layers { print("\(name): \(examples) (\(unit))") }
  }
}
