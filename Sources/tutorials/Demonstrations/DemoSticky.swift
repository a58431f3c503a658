import BinaryPacking
import Framing
import Sockets

/// Three messages that stick together, seen from the sender and from the receiver; then four cures.
///
/// A stream has no borders: what was sent in three pieces is received in one, and what was sent in one in pieces. A cure
/// makes a border: the length first and an acknowledgement of it, or a length that says itself where it ends.
enum DemoSticky: Script {
  static let about = About("demo_sticky", "sticky packets from both sides, and four cures")

  private static let messages = ["first", "second one", "三"]

  static func script(_ settings: Settings) throws {
    let glued = try through(messages.map { Array($0.utf8) })
    print("three sends, one receive:", Python.repr(glued))
    print("one send, three receives:", try inPieces(glued, of: 8).map { Python.repr($0) }.joined(separator: " "))

    print("length and acknowledgement:", try acknowledged())
    let digits = DecimalLengthEncoder(form: .fixed(digits: 4))
    var fromDigits = DecimalLengthDecoder(form: .fixed(digits: 4), maximumLength: 9999)
    let text = try through(messages.map { try digits.encode(Array($0.utf8)) })
    print("text length:", Python.repr(text), "->", try fromDigits.frames(in: text).map(\.text))
    let packer = LengthFieldEncoder(width: .four, byteOrder: .littleEndian, maximumLength: 1 << 20)
    var unpacker = LengthFieldDecoder(width: .four, byteOrder: .littleEndian, maximumLength: 1 << 20)
    let packed = try through(messages.map { try packer.encode(Array($0.utf8)) })
    print("packed length:", Python.repr(packed), "->", try unpacker.frames(in: packed).map(\.text))
    let head: PythonValue = [
      "data_size": .integer(messages[1].utf8.count), "md5": .text(MD5.hexDigest(of: messages[1].utf8)),
    ]
    let framed = try through([packer.encode(Array(head.json.utf8)), Array(messages[1].utf8)])
    print("packed length and JSON head:", Python.repr(framed))
  }

  /// Sends each piece by itself, and receives all that came.
  private static func through(_ pieces: [[UInt8]]) throws -> [UInt8] {
    let pair = try SocketPair()
    for piece in pieces { try pair.first.sendAll(piece) }
    return try pair.second.receive(upTo: 65_536)
  }

  private static func inPieces(_ bytes: [UInt8], of size: Int) throws -> [[UInt8]] {
    let pair = try SocketPair()
    try pair.first.sendAll(bytes)
    return try (0..<3).map { _ in try pair.second.receive(upTo: size) }
  }

  private static func acknowledged() throws -> [String] {
    let pair = try SocketPair()
    return try messages.map { message in
      try pair.first.sendAll("\(message.utf8.count)".utf8)
      let length = Int(try pair.second.receive(upTo: 20).text) ?? 0
      try pair.second.sendAll("recv_ready".utf8)
      guard try pair.first.receive(upTo: 10).text == "recv_ready" else { throw Failure("no acknowledgement") }
      try pair.first.sendAll(message.utf8)
      return try pair.second.receive(upTo: length, flags: .waitAll).text
    }
  }
}
