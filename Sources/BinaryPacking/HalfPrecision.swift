/// IEEE 754 binary16, converted from and to `Double` in one step: by way of `Float` it would be rounded twice.
@usableFromInline
enum HalfPrecision {
  /// The nearest binary16, ties to even; nil if that is beyond the largest, 65504. A NaN keeps its sign only.
  @usableFromInline
  static func bits(_ number: Double) -> UInt16? {
    let bits = number.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 48) & 0x8000
    let exponent = Int(bits >> 52 & 0x7FF) - 1023
    let fraction = bits & 0xF_FFFF_FFFF_FFFF
    if exponent == 1024 { return sign | (fraction == 0 ? 0x7C00 : 0x7E00) }
    if exponent > 15 { return nil }
    // At most 2^-25, half of the smallest; a tie goes to the even 0, so only the tie's own exponent is looked at.
    if exponent < -25 { return sign }
    // Of a normal number its 52 bits of fraction lose 42; below 2^-14 the leading 1 is written out and more go.
    let isNormal = exponent >= -14
    let significand = isNormal ? fraction : fraction | 1 << 52
    let dropped = UInt64(isNormal ? 42 : 42 - 14 - exponent)
    var rounded = (isNormal ? UInt64(exponent + 15) << 10 : 0) + significand >> dropped
    let rest = significand & (1 << dropped - 1)
    let half: UInt64 = 1 << (dropped - 1)
    // A carry runs into the exponent, which is what the next number is.
    if rest > half || rest == half && rounded & 1 == 1 { rounded += 1 }
    return rounded < 0x7C00 ? sign | UInt16(rounded) : nil
  }

  /// The exact value of a binary16. A NaN keeps its sign only.
  @usableFromInline
  static func number(_ bits: UInt16) -> Double {
    let fraction = Double(bits & 0x3FF)
    let magnitude =
      switch bits >> 10 & 0x1F {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? Double.infinity : Double.nan
      case let exponent: (1024 + fraction) * Double(sign: .plus, exponent: Int(exponent) - 25, significand: 1)
      }
    return bits & 0x8000 == 0 ? magnitude : -magnitude
  }
}
