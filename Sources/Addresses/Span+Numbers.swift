extension UInt8 {
  static let dot = UInt8(ascii: ".")
  static let colon = UInt8(ascii: ":")
  static let slash = UInt8(ascii: "/")
  static let percent = UInt8(ascii: "%")
  static let hyphen = UInt8(ascii: "-")
  static let openingBracket = UInt8(ascii: "[")
  static let closingBracket = UInt8(ascii: "]")

  /// The value of a decimal digit.
  @inline(__always)
  var decimalDigit: Int? {
    let value = self &- 0x30
    return value < 10 ? Int(value) : nil
  }

  /// The value of a hexadecimal digit of either case.
  @inline(__always)
  var hexDigit: Int? {
    if let digit = decimalDigit { return digit }
    let letter = (self | 0x20) &- 0x61
    return letter < 6 ? Int(letter) + 10 : nil
  }
}

extension Span<UInt8> {
  /// The offset of the first byte in a range that equals `byte`.
  func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? {
    for offset in range where self[offset] == byte { return offset }
    return nil
  }

  /// Reads a decimal number without sign or leading zeros.
  ///
  /// The limit is compared after each digit, so the number of digits is bounded, too.
  func decimal(
    from offset: inout Int, to end: Int, limit: Int, _ subject: String
  ) throws(AddressError) -> Int {
    let start = offset
    var value = 0
    while offset < end, let digit = self[offset].decimalDigit {
      if offset > start, value == 0 { throw AddressError(.leadingZero, subject, at: start) }
      value = value * 10 + digit
      guard value <= limit else { throw AddressError(.outOfRange, subject, at: start, limit: limit) }
      offset += 1
    }
    guard offset > start else { throw missingDigits(at: offset, end, subject) }
    return value
  }

  /// Reads the hexadecimal digits that are there, up to a number of them.
  func hex(
    from offset: inout Int, to end: Int, maximumDigits: Int, _ subject: String
  ) throws(AddressError) -> Int {
    let start = offset
    var value = 0
    while offset < end, let digit = self[offset].hexDigit {
      guard offset - start < maximumDigits else {
        throw AddressError(.tooManyDigits, subject, at: start, limit: maximumDigits)
      }
      value = value << 4 | digit
      offset += 1
    }
    guard offset > start else { throw missingDigits(at: offset, end, subject) }
    return value
  }

  /// Between two separators, or at the end, digits are missing; anything else is there instead.
  private func missingDigits(at offset: Int, _ end: Int, _ subject: String) -> AddressError {
    let separators: [3 of UInt8] = [.dot, .colon, .slash]
    guard offset < end else { return AddressError(.missingDigits, subject, at: offset) }
    for index in separators.indices where separators[index] == self[offset] {
      return AddressError(.missingDigits, subject, at: offset)
    }
    return AddressError(.unexpectedCharacter, subject, at: offset)
  }
}

extension OutputSpan<UInt8> {
  /// Appends bytes of a text.
  mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { for byte in $0 { append(byte) } }
  }

  /// Appends a decimal number.
  mutating func append(decimal value: some FixedWidthInteger & UnsignedInteger) {
    guard value >= 10 else { return append(0x30 + UInt8(value)) }
    var divisor = type(of: value).init(10)
    while value / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      append(0x30 + UInt8(value / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends a hexadecimal number in lower case.
  ///
  /// - Parameter digits: The least number of digits; zeros fill on the left.
  mutating func append(hex value: UInt16, digits: Int = 1) {
    var shift = 12
    while shift > 0, digits * 4 <= shift, value >> shift == 0 { shift -= 4 }
    while shift >= 0 {
      let digit = UInt8(truncatingIfNeeded: value >> shift & 0xF)
      append(digit < 10 ? 0x30 + digit : 0x57 + digit)
      shift -= 4
    }
  }
}
