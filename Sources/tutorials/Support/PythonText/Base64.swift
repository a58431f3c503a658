/// Binary data in 64 printable characters (RFC 4648, section 4). (Python: `base64`.)
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// (Python: `b64encode()`.)
  static func encode(_ bytes: [UInt8]) -> String {
    let characters = [UInt8](unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { room, count in
      var position = 0
      while position < bytes.count {
        let group = min(3, bytes.count - position)
        var bits = UInt32(bytes[position]) << 16
        if group > 1 { bits |= UInt32(bytes[position + 1]) << 8 }
        if group > 2 { bits |= UInt32(bytes[position + 2]) }
        for place in 0..<4 {
          let value = Int(bits >> UInt32(18 - 6 * place) & 63)
          room.initializeElement(at: count, to: place > group ? UInt8(ascii: "=") : alphabet[value])
          count += 1
        }
        position += group
      }
    }
    return String(decoding: characters, as: UTF8.self)
  }

  /// With a newline after every 76 characters and at the end. (Python: `encodebytes()`.)
  static func encodeLines(_ bytes: [UInt8], newline: String = "\n") -> String {
    stride(from: 0, to: bytes.count, by: 57)
      .map { encode(Array(bytes[$0..<min($0 + 57, bytes.count)])) + newline }.joined()
  }

  /// (Python: `b64decode()`, which also passes over what is not in the alphabet.)
  ///
  /// - Returns: nil when the padding is missing.
  static func decode(_ text: [UInt8]) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count / 4 * 3)
    var (bits, count, padding): (UInt32, Int, Int) = (0, 0, 0)
    for byte in text {
      if byte == UInt8(ascii: "=") {
        padding += 1
        if count >= 2, count + padding >= 4 { break }
        continue
      }
      let value = values[Int(byte)]
      guard value < 64 else { continue }
      bits = bits << 6 | UInt32(value)
      count += 1
      padding = 0
      guard count == 4 else { continue }
      result.append(UInt8(truncatingIfNeeded: bits >> 16))
      result.append(UInt8(truncatingIfNeeded: bits >> 8))
      result.append(UInt8(truncatingIfNeeded: bits))
      bits = 0
      count = 0
    }
    guard count != 1, count == 0 || count + padding >= 4 else { return nil }
    bits <<= UInt32(6 * (4 - count))
    for place in 0..<max(0, count - 1) { result.append(UInt8(truncatingIfNeeded: bits >> UInt32(16 - 8 * place))) }
    return result
  }

  /// What each character stands for; 64 for those that are not in the alphabet.
  private static let values: [UInt8] = (0..<256).map { byte in
    UInt8(alphabet.firstIndex(of: UInt8(byte)) ?? 64)
  }
}
