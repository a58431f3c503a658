extension JSONHeadScanner {
  /// A number: RFC 8259 section 6.
  mutating func scanNumber(_ head: RawSpan) throws(FramingError) {
    if byte(head) == UInt8(ascii: "-") { offset += 1 }
    if byte(head) == UInt8(ascii: "0") {
      offset += 1
    } else {
      try scanDigits(head)
    }
    if byte(head) == UInt8(ascii: ".") {
      offset += 1
      try scanDigits(head)
    }
    if byte(head) == UInt8(ascii: "e") || byte(head) == UInt8(ascii: "E") {
      offset += 1
      if byte(head) == UInt8(ascii: "+") || byte(head) == UInt8(ascii: "-") { offset += 1 }
      try scanDigits(head)
    }
  }

  /// The value of `body`: digits only. Other spellings of a whole number (`5.0`, `5e0`, `-0`) are
  /// refused, since a reader with other number types could see another length.
  mutating func scanBodyLength(_ head: RawSpan) throws(FramingError) -> Int {
    let start = offset
    var length = 0
    while let digit = digit(head) {
      let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tens.addingReportingOverflow(Int(digit))
      guard !overflow, !carry else {
        throw FramingError(.bodyTooLarge, "a body of more than \(Int.max) bytes")
      }
      length = sum
      offset += 1
    }
    switch byte(head) {
    case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      throw malformed("\"body\" is not a plain integer")
    default:
      break
    }
    guard offset > start else { throw malformed("\"body\" is not a plain integer") }
    guard offset == start + 1 || head[byte: start] != UInt8(ascii: "0") else {
      throw malformed("a number with a leading zero")
    }
    return length
  }

  private mutating func scanDigits(_ head: RawSpan) throws(FramingError) {
    guard digit(head) != nil else { throw malformed("expected a digit") }
    repeat { offset += 1 } while digit(head) != nil
  }

  private func digit(_ head: RawSpan) -> UInt8? {
    guard let byte = byte(head), (0x30...0x39).contains(byte) else { return nil }
    return byte - 0x30
  }

  func byte(_ head: RawSpan) -> UInt8? {
    offset < head.byteCount ? head[byte: offset] : nil
  }
}
