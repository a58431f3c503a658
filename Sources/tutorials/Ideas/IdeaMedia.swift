import Addresses
import BinaryPacking
import Sockets

/// Sound over UDP: frames with numbers and times, and a buffer that waits a little for those that come late.
///
/// The wire: u32 number, u32 milliseconds, 160 bytes; big-endian. A frame that is lost is not asked for again, for it would
/// come too late: it is played as silence.
enum IdeaMedia: Script {
  static let about = About("idea_media", "media over UDP: sequence numbers and a jitter buffer")

  private static let depth: UInt32 = 4

  static func script(_ settings: Settings) throws {
    let receiver = try Socket(.ipv4, .datagram)
    try receiver.bind(to: .ipv4(.loopback, port: 0))
    try receiver.setTimeout(.milliseconds(200))
    let sender = try Socket(.ipv4, .datagram)
    try sender.connect(to: receiver.localAddress)
    let format = try BinaryFormat("!II160s")
    // The network: every seventh frame is lost, every fifth comes after the three behind it, one comes much too late.
    var order = (UInt32(0)..<50).filter { $0 % 7 != 6 }.map { (number: $0, place: $0 % 5 == 4 ? $0 + 3 : $0) }
    order = order.map { $0.number == 10 ? ($0.number, 30) : $0 }
    for (number, _) in order.sorted(by: { ($0.place, $0.number) < ($1.place, $1.number) }) {
      try sender.sendAll(format.pack(number, number * 20, PackedBytes([UInt8](repeating: UInt8(number), count: 160))))
    }

    var buffer: [UInt32: [UInt8]] = [:]
    var (next, newest, silent, late): (UInt32, UInt32, [UInt32], [UInt32]) = (0, 0, [], [])
    func play(upTo limit: UInt32) {
      while next < limit {
        if buffer.removeValue(forKey: next) == nil { silent.append(next) }
        next += 1
      }
    }
    while let packet = try? receiver.receive(upTo: 1500) {
      let (number, _, sound) = try format.unpack(UInt32.self, UInt32.self, [UInt8].self, from: packet)
      guard number >= next else {
        late.append(number)
        continue
      }
      buffer[number] = sound
      newest = max(newest, number)
      // What is older than the buffer is deep is played, whether it has come or not.
      play(upTo: newest >= depth ? newest - depth + 1 : 0)
    }
    play(upTo: newest + 1)
    print("\(next) frames of 20 ms, a buffer of \(depth): \(Int(next) - silent.count) played in order")
    print("silence for", silent)
    print("too late", late)
  }
}
