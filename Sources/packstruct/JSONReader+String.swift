extension JSONReader {
  /// A string, from its opening quote to its closing one.
  mutating func string() throws(RequestError) -> String {
    _ = next()
    var bytes: [UInt8] = []
    while let byte = next() {
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: bytes, as: UTF8.self) else {
          throw RequestError("not JSON: the string that ends at byte \(position) is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        try escape(into: &bytes)
      case 0..<0x20:
        throw RequestError("not JSON: a control character in the string at byte \(position - 1)")
      default:
        bytes.append(byte)
      }
    }
    throw unexpected("the closing quote of a string")
  }

  private mutating func escape(into bytes: inout [UInt8]) throws(RequestError) {
    switch next() {
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "u"): bytes += Array(String(Character(try scalar())).utf8)
    case .some(let byte) where byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "/"):
      bytes.append(byte)
    default: throw unexpected("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u")
    }
  }

  /// The scalar behind `\u`; half of a surrogate pair is U+FFFD.
  private mutating func scalar() throws(RequestError) -> Unicode.Scalar {
    let first = try fourDigits()
    guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) ?? "\u{FFFD}" }
    guard text[position...].starts(with: #"\u"#.utf8) else { return "\u{FFFD}" }
    var ahead = self
    _ = ahead.next()
    _ = ahead.next()
    let second = try ahead.fourDigits()
    guard (0xDC00...0xDFFF).contains(second) else { return "\u{FFFD}" }
    self = ahead
    return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
  }

  private mutating func fourDigits() throws(RequestError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next(), let digit = Hex.digit(byte) else { throw unexpected("four hexadecimal digits") }
      value = value << 4 | UInt32(digit)
    }
    return value
  }
}
