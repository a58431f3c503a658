/// The name of a host in the DNS: `example.org`.
///
/// Labels of 1 to 63 ASCII letters, digits, underscores and inner hyphens (RFC 1123 §2.1), with dots
/// between them, at most 253 bytes without the dot that may end it. Names of other scripts are
/// written in their ASCII form (`xn--…`). Small and capital letters are the same to the DNS: the name
/// is kept in small ones.
///
/// A name whose last label is a number is none: `127.1`, `0x7f.1` and `1.2.3.400` are addresses to
/// some resolvers and mistakes to others.
public struct HostName: AddressText, Comparable {
  private let name: String

  /// Whether the name ends in a dot: a resolver does not try it inside of the local domain.
  public var isAbsolute: Bool { name.utf8.last == .dot }

  /// The order of the names.
  public static func < (left: HostName, right: HostName) -> Bool { left.name < right.name }
}

extension HostName {
  /// 254: 253 and the dot at the end.
  public static var maximumTextLength: Int { 254 }

  private static let subject = "host name"

  /// Parses a name; it is copied, since it may be longer than the text lives.
  ///
  /// - Parameter text: The text's UTF-8.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    var end = text.count
    if end > 1, text[end - 1] == .dot { end -= 1 }
    guard end > 0 else { throw AddressError(.empty, HostName.subject, at: 0) }
    guard end <= 253 else { throw AddressError(.tooLong, HostName.subject, at: 253, limit: 253) }
    var start = 0
    while true {
      let label = start..<(text.firstOffset(of: .dot, in: start..<end) ?? end)
      try HostName.check(label, of: text)
      guard label.upperBound < end else {
        try HostName.checkIsNoNumber(label, of: text)
        break
      }
      start = label.upperBound + 1
    }
    name = String(unsafeUninitializedCapacity: text.count) { buffer in
      for offset in text.indices {
        let byte = text[offset]
        buffer[offset] = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
      }
      return text.count
    }
  }

  private static func check(_ label: Range<Int>, of text: Span<UInt8>) throws(AddressError) {
    for offset in label {
      switch text[offset] {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"): continue
      case .hyphen where offset != label.lowerBound && offset + 1 != label.upperBound: continue
      case .hyphen: throw AddressError(.invalidLabel, subject, at: offset)
      default: throw AddressError(.unexpectedCharacter, subject, at: offset)
      }
    }
    guard (1...63).contains(label.count) else {
      throw AddressError(.invalidLabel, subject, at: label.lowerBound)
    }
  }

  /// Refuses decimal and `0x` numbers as the last label.
  private static func checkIsNoNumber(
    _ label: Range<Int>, of text: Span<UInt8>
  ) throws(AddressError) {
    let isHex = label.count >= 2 && text[label.lowerBound] == 0x30 && text[label.lowerBound + 1] | 0x20 == 0x78
    let digits = isHex ? label.dropFirst(2) : label
    for offset in digits where text[offset].hexDigit == nil || (!isHex && text[offset].decimalDigit == nil) {
      return
    }
    throw AddressError(.numericLabel, subject, at: label.lowerBound)
  }

  /// Appends the name, at most 254 bytes; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    for byte in name.utf8 { output.append(byte) }
  }

  /// The name.
  public var description: String { name }
}
