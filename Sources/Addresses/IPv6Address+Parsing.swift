extension IPv6Address {
  /// Parses any of the forms of RFC 4291 §2.2: groups of hexadecimal digits, one `::`, an IPv4
  /// address in place of the last two groups, and a zone behind `%` (RFC 4007 §11).
  ///
  /// - Parameter text: The text's UTF-8, without brackets.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    let end = text.firstOffset(of: .percent, in: 0..<text.count) ?? text.count
    let value = try IPv6Address.value(parsing: text, to: end)
    self.init(value, zone: end < text.count ? try IPv6Zone(parsing: text, from: end + 1) : nil)
  }

  private static func value(parsing text: Span<UInt8>, to end: Int) throws(AddressError) -> UInt128 {
    let subject = "IPv6 address"
    guard end > 0 else { throw AddressError(.empty, subject, at: 0) }
    var groups = Groups()
    var offset = 0
    if text[0] == .colon {
      guard end > 1, text[1] == .colon else { throw AddressError(.missingDigits, subject, at: 0) }
      groups.compression = 0
      offset = 2
    }
    while offset < end {
      let start = offset
      let group = try text.hex(from: &offset, to: end, maximumDigits: 4, subject)
      if offset < end, text[offset] == .dot {
        guard groups.count <= 6 else { throw AddressError(.tooManyParts, subject, at: start, limit: 8) }
        let embedded = try IPv4Address(parsing: text.extracting(0..<end), from: start)
        groups.append(embedded)
        break
      }
      guard groups.count < 8 else { throw AddressError(.tooManyParts, subject, at: start, limit: 8) }
      groups.append(group)
      guard offset < end else { break }
      guard text[offset] == .colon else { throw AddressError(.unexpectedCharacter, subject, at: offset) }
      offset += 1
      guard offset < end else { throw AddressError(.missingDigits, subject, at: offset) }
      if text[offset] == .colon {
        guard groups.compression == nil else { throw AddressError(.repeatedCompression, subject, at: offset - 1) }
        groups.compression = groups.count
        offset += 1
      }
    }
    return try groups.finish(at: end, subject)
  }

  /// The groups read so far, as one number.
  private struct Groups {
    private var value: UInt128 = 0
    private(set) var count = 0
    /// How many groups are in front of the `::`.
    var compression: Int?

    mutating func append(_ group: Int) {
      value = value << 16 | UInt128(truncatingIfNeeded: group)
      count += 1
    }

    mutating func append(_ address: IPv4Address) {
      value = value << 32 | UInt128(address.value)
      count += 2
    }

    /// Puts the zeros where the `::` is.
    func finish(at end: Int, _ subject: String) throws(AddressError) -> UInt128 {
      guard let compression else {
        guard count == 8 else { throw AddressError(.tooFewParts, subject, at: end, limit: 8) }
        return value
      }
      // Eight groups and a "::" that stands for none: other readers refuse it, too.
      guard count < 8 else { throw AddressError(.tooManyParts, subject, at: end, limit: 7) }
      let low = 16 * (count - compression)
      let tail = value & ~(~0 << UInt128(low))
      return (value >> UInt128(low)) << UInt128(16 * (8 - compression)) | tail
    }
  }
}
