/// Binary data in 64 printable characters (RFC 4648, section 4). (Python: `base64`.)
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// (Python: `b64encode()`.)
  static func encode(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for place in 0..<4 {
        result.append(place > group.count ? UInt8(ascii: "=") : alphabet[Int(bits >> UInt32(18 - 6 * place) & 63)])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  /// With a newline after every 76 characters and at the end. (Python: `encodebytes()`.)
  static func encodeLines(_ bytes: [UInt8], newline: String = "\n") -> String {
    stride(from: 0, to: bytes.count, by: 57)
      .map { encode(Array(bytes[$0..<min($0 + 57, bytes.count)])) + newline }.joined()
  }

  /// (Python: `b64decode()`, which also passes over what is not in the alphabet.)
  ///
  /// - Returns: nil when the padding is missing.
  static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 4 * 3)
    var (bits, count, padding): (UInt32, Int, Int) = (0, 0, 0)
    for byte in text {
      if byte == UInt8(ascii: "=") {
        padding += 1
        if count >= 2, count + padding >= 4 { break }
        continue
      }
      guard let value = value(of: byte) else { continue }
      (bits, count, padding) = (bits << 6 | value, count + 1, 0)
      guard count == 4 else { continue }
      for shift: UInt32 in [16, 8, 0] { result.append(UInt8(truncatingIfNeeded: bits >> shift)) }
      (bits, count) = (0, 0)
    }
    guard count != 1, count == 0 || count + padding >= 4 else { return nil }
    bits <<= UInt32(6 * (4 - count))
    for place in 0..<max(0, count - 1) { result.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place))) }
    return result
  }

  private static func value(of byte: UInt8) -> UInt32? {
    switch byte {
    case 0x41...0x5A: UInt32(byte - 0x41)
    case 0x61...0x7A: UInt32(byte - 0x61 + 26)
    case 0x30...0x39: UInt32(byte - 0x30 + 52)
    case 0x2B: 62
    case 0x2F: 63
    default: nil
    }
  }
}
