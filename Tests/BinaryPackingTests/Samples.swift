import BinaryPacking

/// Random formats, values and bytes, so that about half of them are right.
struct Samples {
  var generator = SeededGenerator()

  private static let orders = ["", "@", "=", "<", ">", "!"]
  private static let codes = Array("xcbB?hHiIlLqQnNefdspP")
  private static let standardCodes = Array("xcbB?hHiIlLqQefdsp")
  /// Characters that a format rarely has, or has in the wrong place.
  private static let strange = Array(" \t\n09<@Zyü\u{1C}-+")

  mutating func format() -> String {
    let order = Self.orders[generator.below(6)]
    var text = order
    let isNative = order.isEmpty || order == "@"
    let codes = isNative || generator.below(40) == 0 ? Self.codes : Self.standardCodes
    for _ in 0..<generator.below(6) {
      if generator.below(8) == 0 { text.append(" ") }
      let code = codes[generator.below(codes.count)]
      if generator.below(3) == 0 {
        // CPython goes out of bounds at `0p`.
        let least = code == "p" ? 1 : 0
        text += "\(least + generator.below(generator.below(10) == 0 ? 300 : 5))"
      }
      text.append(code)
    }
    if isNative, generator.below(6) == 0 { text += "0" + ["b", "h", "i", "l", "q", "d", "P"][generator.below(7)] }
    if generator.below(60) == 0 { text.append(Self.strange[generator.below(Self.strange.count)]) }
    return text
  }

  /// Values for a format; now and then one is too few, too many or of another kind.
  mutating func values(for format: BinaryFormat) -> [PackedValue] {
    var values = format.fields.map { value(for: $0) }
    if generator.below(30) == 0 { values.append(1) }
    if generator.below(30) == 0, !values.isEmpty { values.removeLast() }
    return values
  }

  private mutating func value(for field: BinaryFormat.Field) -> PackedValue {
    if generator.below(50) == 0 { return anyValue(width: field.size) }
    switch field.code {
    case .char: return .bytes(bytes(generator.below(30) == 0 ? generator.below(3) : 1))
    case .string, .pascalString: return .bytes(bytes(generator.below(field.size + 3)))
    case .bool: return anyValue(width: 1)
    case .half, .float, .double: return .float(number(width: field.size))
    default: return .integer(integer(for: field))
    }
  }

  private mutating func anyValue(width: Int) -> PackedValue {
    switch generator.below(5) {
    case 0: .bool(generator.below(2) == 0)
    case 1: .float(number(width: 8))
    case 2: .bytes(bytes(generator.below(width + 2)))
    case 3: .integer(0)
    default: .integer(Int128(Int64(bitPattern: generator.next())) << Int128(generator.below(50)))
    }
  }

  /// Mostly in the field's range, with a liking for its ends.
  private mutating func integer(for field: BinaryFormat.Field) -> Int128 {
    let bits = Int128(8 * field.size)
    let isSigned = "bhilqn".contains(field.code.letter)
    let low: Int128 = isSigned ? -1 << (bits - 1) : 0
    let high: Int128 = isSigned ? 1 << (bits - 1) - 1 : 1 << bits - 1
    switch generator.below(12) {
    case 0: return low
    case 1: return high
    case 2 where generator.below(4) == 0: return low - Int128(1 + generator.below(2))
    case 3 where generator.below(4) == 0: return high + Int128(1 + generator.below(2))
    default: return low + Int128(generator.next() & UInt64(truncatingIfNeeded: high - low))
    }
  }

  /// Numbers of all sizes, near the limits and ties of the narrow types, and what is no number.
  mutating func number(width: Int) -> Double {
    switch generator.below(8) {
    case 0: return Double(bitPattern: generator.next())
    case 1:
      return [0, -0.0, .infinity, -.infinity, .nan, -.nan, 65504, 65520, -65519.99, 0x1p-24, 0x1p-25, 0x1p-1074][
        generator.below(12)]
    case 2: return Double(Int64(bitPattern: generator.next()))
    case 3: return Double(Float(bitPattern: UInt32(truncatingIfNeeded: generator.next())))
    default:
      // Around binary16: a few bits more than it has, so that ties and near ties come up.
      let significand = 1 + Double(generator.below(1 << 13)) * 0x1p-12 + (generator.below(4) == 0 ? 0x1p-40 : 0)
      let exponent = width == 4 ? generator.below(300) - 160 : generator.below(44) - 27
      let sign: FloatingPointSign = generator.below(2) == 0 ? .plus : .minus
      return Double(sign: sign, exponent: exponent, significand: significand)
    }
  }

  mutating func bytes(_ count: Int) -> PackedBytes {
    PackedBytes(array(count))
  }

  mutating func array(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
  }
}
