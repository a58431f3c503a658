/// UTF-8, one scalar at a time, where a piece may end within one (Unicode 15, table 3-7).
enum UTF8Scanner {
  enum Result {
    case scalar(UnicodeScalar, length: Int)
    /// So many bytes belong to no scalar: the longest beginning of one, as Unicode recommends.
    case malformed(length: Int)
    case incomplete
  }

  static func scan(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Result {
    let first = bytes[offset]
    let length: Int
    // The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF.
    let second: ClosedRange<UInt8>
    switch first {
    case 0..<0x80: return .scalar(UnicodeScalar(first), length: 1)
    case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return .malformed(length: 1)
    }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for index in 1..<length {
      guard offset + index < bytes.count else { return .incomplete }
      let byte = bytes[offset + index]
      guard (index == 1 ? second : 0x80...0xBF).contains(byte) else { return .malformed(length: index) }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    return UnicodeScalar(value).map { .scalar($0, length: length) } ?? .malformed(length: 1)
  }
}
