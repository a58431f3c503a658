/// A decimal length while its digits arrive. Nothing is buffered: each digit goes into the value.
struct DecimalLength: Sendable {
  private var value = 0
  private var digits = 0

  init() {}

  /// How many bytes of the length have arrived.
  var received: Int { digits }

  /// Takes digits; returns the length when its last byte is there.
  ///
  /// The bound is compared after each digit, since more digits never make the number smaller:
  /// a peer that sends digits for ever is refused at the first one too many.
  mutating func take(
    _ input: RawSpan, from offset: inout Int, form: DecimalLengthForm, bound: Int
  ) throws(FramingError) -> Int? {
    while offset < input.byteCount {
      let byte = input[byte: offset]
      offset += 1
      if case .terminated(by: byte) = form.kind {
        guard digits > 0 else {
          throw FramingError(.malformedLength, "a length without any digit")
        }
        return value
      }
      try append(byte, form: form, bound: bound)
      if case .fixed(digits) = form.kind { return value }
    }
    return nil
  }

  private mutating func append(
    _ byte: UInt8, form: DecimalLengthForm, bound: Int
  ) throws(FramingError) {
    guard (0x30...0x39).contains(byte) else {
      throw FramingError(
        .malformedLength, "byte \(byte) at position \(digits) of a decimal length is not a digit")
    }
    if case .terminated = form.kind, digits > 0, value == 0 {
      throw FramingError(.malformedLength, "a decimal length with a leading zero")
    }
    let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
    let (sum, carry) = tens.addingReportingOverflow(Int(byte - 0x30))
    guard !overflow, !carry, sum <= bound else {
      throw FramingError(
        .frameTooLarge,
        "a length that begins with \(value)\(byte - 0x30) is over the bound of \(bound) bytes")
    }
    value = sum
    digits += 1
  }
}
