/// A place in JSON text, for objects whose members are strings, integers, booleans and null: what nearly all heads and
/// all entries of folders are.
///
/// It allocates nothing and copies nothing, which makes it some twenty times as fast as a decoder for any JSON
/// (RFC 8259). What it does not know (fractions, nested objects, text that is no JSON at all) it leaves alone: it
/// answers nil, and the caller asks ``JSON``, whose errors are for people.
public struct FlatJSON: Hashable, Sendable {
  /// A string's place between its quotation marks.
  public struct Text: Hashable, Sendable {
    public var range: Range<Int>
    /// Whether there are escapes in it.
    public var isEscaped: Bool
  }

  public enum Value: Hashable, Sendable {
    case text(Text)
    case integer(Int64)
    case boolean(Bool)
    case null
  }

  /// Where in the text it is.
  public var offset: Int

  public init(at offset: Int = 0) {
    self.offset = offset
  }

  /// Passes over white space and then over `byte`, if that is there.
  public mutating func skip(_ byte: UInt8, in bytes: borrowing Span<UInt8>) -> Bool {
    skipSpace(bytes)
    guard offset < bytes.count, bytes[offset] == byte else { return false }
    offset += 1
    return true
  }

  /// Whether nothing but white space follows.
  public mutating func isAtEnd(of bytes: borrowing Span<UInt8>) -> Bool {
    skipSpace(bytes)
    return offset == bytes.count
  }

  /// Reads a key and the colon behind it.
  /// - Returns: nil when there is none, or one with escapes.
  public mutating func key(in bytes: borrowing Span<UInt8>) -> Range<Int>? {
    guard let text = text(in: bytes), !text.isEscaped, skip(UInt8(ascii: ":"), in: bytes) else { return nil }
    return text.range
  }

  /// Reads a value.
  /// - Returns: nil for one of another kind, and for what is no JSON.
  public mutating func value(in bytes: borrowing Span<UInt8>) -> Value? {
    skipSpace(bytes)
    guard offset < bytes.count else { return nil }
    switch bytes[offset] {
    case UInt8(ascii: "\""): return text(in: bytes).map { .text($0) }
    case UInt8(ascii: "t"): return skipWord("true", in: bytes) ? .boolean(true) : nil
    case UInt8(ascii: "f"): return skipWord("false", in: bytes) ? .boolean(false) : nil
    case UInt8(ascii: "n"): return skipWord("null", in: bytes) ? .null : nil
    default: return integer(in: bytes).map { .integer($0) }
    }
  }

  // MARK: Pieces

  private mutating func skipSpace(_ bytes: borrowing Span<UInt8>) {
    while offset < bytes.count {
      switch bytes[offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  private mutating func skipWord(_ word: StaticString, in bytes: borrowing Span<UInt8>) -> Bool {
    let end = offset + word.utf8CodeUnitCount
    guard end <= bytes.count, Self.equals(offset..<end, word, in: bytes) else { return false }
    offset = end
    return true
  }

  private mutating func text(in bytes: borrowing Span<UInt8>) -> Text? {
    guard skip(UInt8(ascii: "\""), in: bytes) else { return nil }
    let start = offset
    var isEscaped = false
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "\""):
        offset += 1
        return Text(range: start..<offset - 1, isEscaped: isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        offset += 2
      case 0x00...0x1F:
        return nil
      default:
        offset += 1
      }
    }
    return nil
  }

  private mutating func integer(in bytes: borrowing Span<UInt8>) -> Int64? {
    let isNegative = bytes[offset] == UInt8(ascii: "-")
    if isNegative { offset += 1 }
    let start = offset
    var value: Int64 = 0
    while offset < bytes.count {
      let digit = Int64(bytes[offset]) - 0x30
      guard (0...9).contains(digit) else { break }
      // 18 digits fit in any case; more are nothing that occurs.
      guard offset - start < 18 else { return nil }
      value = value * 10 + digit
      offset += 1
    }
    guard offset > start, offset - start == 1 || bytes[start] != UInt8(ascii: "0") else { return nil }
    if offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): return nil
      default: break
      }
    }
    return isNegative ? -value : value
  }

  // MARK: What texts say

  /// Whether the bytes of `range` are `text`.
  public static func equals(_ range: Range<Int>, _ text: StaticString, in bytes: borrowing Span<UInt8>) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    var index = range.lowerBound
    return text.withUTF8Buffer { expected in
      for byte in expected {
        if bytes[index] != byte { return false }
        index += 1
      }
      return true
    }
  }

  /// A text as a string.
  /// - Returns: nil when it is not UTF-8, or its escapes are not those of RFC 8259 or have lone surrogates.
  public static func string(_ text: Text, in bytes: borrowing Span<UInt8>) -> String? {
    if text.isEscaped {
      var plain: [UInt8] = []
      guard unescape(text, in: bytes, into: &plain) else { return nil }
      return String(validating: plain, as: UTF8.self)
    }
    return bytes.extracting(text.range).withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
  }

  /// Appends a text's bytes without its escapes.
  /// - Returns: false when an escape is wrong.
  public static func unescape(
    _ text: Text, in bytes: borrowing Span<UInt8>, into plain: inout [UInt8]
  ) -> Bool {
    var index = text.range.lowerBound
    let end = text.range.upperBound
    while index < end {
      let byte = bytes[index]
      index += 1
      guard byte == UInt8(ascii: "\\") else {
        plain.append(byte)
        continue
      }
      guard index < end else { return false }
      let kind = bytes[index]
      index += 1
      switch kind {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(kind)
      case UInt8(ascii: "b"): plain.append(0x08)
      case UInt8(ascii: "f"): plain.append(0x0C)
      case UInt8(ascii: "n"): plain.append(0x0A)
      case UInt8(ascii: "r"): plain.append(0x0D)
      case UInt8(ascii: "t"): plain.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = scalar(at: &index, before: end, in: bytes) else { return false }
        plain.append(contentsOf: scalar.utf8)
      default: return false
      }
    }
    return true
  }

  /// The character behind `\u`, of one unit or of a pair of surrogates.
  private static func scalar(
    at index: inout Int, before end: Int, in bytes: borrowing Span<UInt8>
  ) -> Unicode.Scalar? {
    guard let first = unit(at: &index, before: end, in: bytes) else { return nil }
    guard (0xD800...0xDBFF).contains(first) else { return Unicode.Scalar(first) }
    guard index + 1 < end, bytes[index] == UInt8(ascii: "\\"), bytes[index + 1] == UInt8(ascii: "u") else {
      return nil
    }
    index += 2
    guard let second = unit(at: &index, before: end, in: bytes), (0xDC00...0xDFFF).contains(second) else {
      return nil
    }
    return Unicode.Scalar(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00))
  }

  private static func unit(at index: inout Int, before end: Int, in bytes: borrowing Span<UInt8>) -> UInt32? {
    guard index + 4 <= end else { return nil }
    var value: UInt32 = 0
    for _ in 0..<4 {
      let byte = bytes[index]
      index += 1
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 | UInt32(byte - 0x30)
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 | UInt32(byte - 0x61 + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 | UInt32(byte - 0x41 + 10)
      default: return nil
      }
    }
    return value
  }
}
