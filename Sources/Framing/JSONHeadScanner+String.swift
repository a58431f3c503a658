extension JSONHeadScanner {
  /// A string that was checked: where it lies between its quotes.
  struct Text {
    var range: Range<Int>
    var hasEscapes: Bool

    /// Whether the string, its escapes resolved, is `body`. Names compare by code units, without
    /// regard to any normalisation (RFC 8259 section 8.3).
    func isBody(in head: RawSpan) -> Bool {
      var offset = range.lowerBound
      for letter in "body".utf8 {
        guard offset < range.upperBound else { return false }
        if head[byte: offset] == letter {
          offset += 1
        } else if hasEscapes, range.upperBound - offset >= 6,
          head[byte: offset] == UInt8(ascii: "\\"), head[byte: offset + 1] == UInt8(ascii: "u"),
          JSONHeadScanner.codeUnit(head, at: offset + 2) == UInt16(letter)
        {
          // `\u` is the only escape that can stand for a letter.
          offset += 6
        } else {
          return false
        }
      }
      return offset == range.upperBound
    }
  }

  /// A string: RFC 8259 section 7. Begins at its first quote, ends behind its last one.
  mutating func scanString(_ head: RawSpan) throws(FramingError) -> Text {
    offset += 1
    let start = offset
    var hasEscapes = false
    while true {
      skipPlain(head)
      guard offset < head.byteCount else { throw malformed("ended inside a string") }
      switch head[byte: offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return Text(range: start..<offset - 1, hasEscapes: hasEscapes)
      case UInt8(ascii: "\\"):
        hasEscapes = true
        try scanEscape(head)
      case 0x00...0x1F:
        throw malformed("a control character in a string")
      default:
        try scanMultibyte(head)
      }
    }
  }

  /// Skips characters that stand for themselves: ASCII, but no control characters, quotes and
  /// backslashes.
  private mutating func skipPlain(_ head: RawSpan) {
    var index = offset
    // Eight at a time. A byte with its top bit set after these operations is a special one; the
    // carries between bytes can only come from a special one too.
    let ones: UInt64 = 0x0101_0101_0101_0101
    while head.byteCount - index >= 8 {
      let word = head.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      let special = (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | word
      if special & (ones << 7) != 0 { break }
      index += 8
    }
    while index < head.byteCount {
      let byte = head[byte: index]
      guard byte >= 0x20, byte < 0x80, byte != 0x22, byte != 0x5C else { break }
      index += 1
    }
    offset = index
  }

  private mutating func scanEscape(_ head: RawSpan) throws(FramingError) {
    guard offset + 1 < head.byteCount else { throw malformed("ended inside a string") }
    switch head[byte: offset + 1] {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"),
      UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      offset += 2
    case UInt8(ascii: "u"):
      switch Self.codeUnit(head, at: offset + 2) {
      case .none:
        throw malformed("expected four hexadecimal digits behind \\u")
      case .some(0xD800...0xDBFF):
        guard offset + 7 < head.byteCount, head[byte: offset + 6] == UInt8(ascii: "\\"),
          head[byte: offset + 7] == UInt8(ascii: "u"),
          let low = Self.codeUnit(head, at: offset + 8), (0xDC00...0xDFFF).contains(low)
        else {
          throw malformed("half of a surrogate pair")
        }
        offset += 12
      case .some(0xDC00...0xDFFF):
        throw malformed("half of a surrogate pair")
      case .some:
        offset += 6
      }
    default:
      throw malformed("an escape that does not exist")
    }
  }

  /// The number that four hexadecimal digits stand for.
  private static func codeUnit(_ head: RawSpan, at offset: Int) -> UInt16? {
    guard offset + 4 <= head.byteCount else { return nil }
    var value: UInt16 = 0
    for index in offset..<offset + 4 {
      let byte = head[byte: index]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: return nil
      }
      value = value << 4 | UInt16(digit)
    }
    return value
  }

  /// A character of two to four bytes: table 3-7 of the Unicode standard, which leaves out overlong
  /// forms, surrogates, and what is above U+10FFFF.
  private mutating func scanMultibyte(_ head: RawSpan) throws(FramingError) {
    let first = head[byte: offset]
    var second: ClosedRange<UInt8> = 0x80...0xBF
    let count: Int
    switch first {
    case 0xC2...0xDF: count = 2
    case 0xE0: (count, second) = (3, 0xA0...0xBF)
    case 0xED: (count, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: count = 3
    case 0xF0: (count, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: count = 4
    case 0xF4: (count, second) = (4, 0x80...0x8F)
    default: throw malformed("not UTF-8")
    }
    guard offset + count <= head.byteCount, second.contains(head[byte: offset + 1]) else {
      throw malformed("not UTF-8")
    }
    for index in 2..<count where head[byte: offset + index] & 0xC0 != 0x80 {
      throw malformed("not UTF-8")
    }
    offset += count
  }
}
