import BinaryPacking
import Sockets

/// A small reliable protocol over UDP: a window of 64 packets, each acknowledged, and sent again when no acknowledgement comes.
///
/// The wire: u32 number, u8 1 in the last packet, up to 1024 bytes; back comes the u32 number; big-endian. The client sends
/// the file FILE; the server shows its size and its MD5. Lost, doubled and reordered packets do not matter.
enum IdeaReliableUDP: Pair {
  static let about = About(
    "idea_reliable_udp", "window, acknowledgement and retransmission over UDP", at: "127.0.0.1", 8090,
    settings: ["FILE"])

  private static let window: UInt32 = 64

  static func server(_ settings: Settings) throws {
    let address = try settings.address
    let socket = try Socket(address.family, .datagram)
    try socket.bind(to: address)
    var (next, total, digest): (UInt32, Int, MD5) = (0, 0, MD5())
    var early: [UInt32: [UInt8]] = [:]
    var last: UInt32?
    // When all is there, only acknowledgements that were lost are sent again, for as long as somebody asks.
    while let (packet, sender) = try? socket.receiveFrom(upTo: 2048) {
      guard packet.count >= 5 else { continue }
      let (number, isLast) = try BinaryFormat("!IB").unpack(UInt32.self, UInt8.self, from: packet, at: 0)
      guard number < next + window else { continue }
      if isLast == 1 { last = number }
      if number >= next { early[number] = Array(packet.dropFirst(5)) }
      while let data = early.removeValue(forKey: next) {
        digest.update(data)
        total += data.count
        next += 1
        guard let last, next > last else { continue }
        print("\(total) bytes, md5 \(digest.hexDigest)")
        try socket.setTimeout(.seconds(1))
      }
      try socket.send(BinaryFormat("!I").pack(number), to: sender)
    }
  }

  static func client(_ settings: Settings) throws {
    guard let path = settings["FILE"] else { throw Failure("set FILE to the path of the file to send") }
    let file = try SentFile(path)
    let server = try settings.address
    let socket = try Socket(server.family, .datagram)
    try socket.connect(to: server)
    try socket.setTimeout(.milliseconds(20))
    var flying: [UInt32: (packet: [UInt8], sent: ContinuousClock.Instant)] = [:]
    var (next, left, sendings, heard): (UInt32, Int, Int, _) = (0, file.size, 0, ContinuousClock.now)
    var isDone = false
    repeat {
      while !isDone, next - (flying.keys.min() ?? next) < window {
        let data = try file.read(upTo: 1024)
        left -= data.count
        isDone = left <= 0 || data.isEmpty
        let packet = try BinaryFormat("!IB").pack(next, UInt8(isDone ? 1 : 0)) + data
        flying[next] = (packet, .now.advanced(by: .seconds(-1)))
        next += 1
      }
      for (number, flight) in flying where flight.sent.duration(to: .now) > .milliseconds(100) {
        flying[number]?.sent = .now
        sendings += 1
        _ = try? socket.send(flight.packet)
      }
      while !flying.isEmpty, let answer = try? socket.receive(upTo: 100) {
        guard answer.count == 4 else { continue }
        heard = .now
        let number = try BinaryFormat("!I").unpack(UInt32.self, from: answer)
        guard flying.removeValue(forKey: number) != nil, flying.count > Int(window) / 2 else { break }
      }
      guard heard.duration(to: .now) < .seconds(10) else { throw Failure("no acknowledgement came for 10 seconds") }
    } while !flying.isEmpty || !isDone
    print("\(next) packets, sent \(sendings) times")
  }
}
