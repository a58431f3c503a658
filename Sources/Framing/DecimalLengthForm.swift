/// The two forms of a length in decimal text.
public struct DecimalLengthForm: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case fixed(digits: Int)
    case terminated(by: UInt8)
  }

  let kind: Kind

  /// A fixed number of digits, filled with zeros on the left: `0012`.
  ///
  /// - Parameter digits: How many digits; at least 1.
  public static func fixed(digits: Int) -> DecimalLengthForm {
    precondition(digits > 0, "a number has at least one digit, not \(digits)")
    return DecimalLengthForm(kind: .fixed(digits: digits))
  }

  /// As many digits as the number needs, then a terminator: `12:`. There are no leading zeros, so
  /// that each length has one spelling and a bounded one.
  ///
  /// - Parameter byte: The terminator, as in `UInt8(ascii: ":")`; not a digit.
  public static func terminated(by byte: UInt8) -> DecimalLengthForm {
    precondition(!(0x30...0x39).contains(byte), "a digit cannot end a number")
    return DecimalLengthForm(kind: .terminated(by: byte))
  }
}
