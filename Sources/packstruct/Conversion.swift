import BinaryPacking

/// JSON values as the values of fields.
enum Conversion {
  static func value(
    _ value: JSONValue, for field: BinaryFormat.Field, index: Int
  ) throws(RequestError) -> PackedValue {
    switch value {
    case .bool(let truth):
      return .bool(truth)
    case .number(let text):
      return try number(text, for: field, index: index)
    case .object(let members) where members.count == 1 && members["hex"] != nil:
      guard case .string(let digits) = members["hex"], let bytes = Hex.decode(digits) else {
        throw RequestError("values[\(index)]: \"hex\" is a string of pairs of hexadecimal digits")
      }
      return .bytes(PackedBytes(bytes))
    default:
      // Python packs the truth of anything.
      if field.code == .bool { return .bool(value.truth) }
      throw RequestError(
        "\(wrongType(field)): values[\(index)] is \(value.kind); values are numbers, true, false, and byte strings as "
          + "{\"hex\": \"616263\"}")
    }
  }

  /// A value that the field takes, whatever it is.
  static func placeholder(for field: BinaryFormat.Field) -> PackedValue {
    switch field.code {
    case .char: .bytes([0])
    case .string, .pascalString: .bytes([])
    default: .integer(0)
    }
  }

  /// What Python says of a value of the wrong type.
  private static func wrongType(_ field: BinaryFormat.Field) -> String {
    switch field.code {
    case .half, .float, .double: "required argument is not a float"
    case .char: "char format requires a bytes object of length 1"
    case .string, .pascalString: "argument for '\(field.code.letter)' must be a bytes object"
    default: "required argument is not an integer"
    }
  }

  private static func number(
    _ text: String, for field: BinaryFormat.Field, index: Int
  ) throws(RequestError) -> PackedValue {
    switch text {
    case "NaN": return .float(.nan)
    case "Infinity": return .float(.infinity)
    case "-Infinity": return .float(-.infinity)
    default: break
    }
    let isInteger = !text.utf8.contains { ".eE".utf8.contains($0) }
    if isInteger, let number = Int128(text) { return .integer(number) }
    guard let double = Double(text) else { throw RequestError("values[\(index)]: '\(text)' is no number") }
    if !isInteger { return .float(double) }
    // A whole number of more than 127 bits: too large for each integer field, but not for all others.
    switch field.code {
    case .bool:
      return .bool(true)
    case .half, .float, .double:
      guard double.isFinite else {
        throw RequestError(
          "required argument is not a float: values[\(index)] is too large for a double (\(digits(text)) digits)")
      }
      return .float(double)
    case .char, .string, .pascalString:
      return .float(double)
    default:
      let range = field.numbers.map { "\($0.lowerBound) <= number <= \($0.upperBound)" } ?? "a smaller number"
      throw RequestError(
        "'\(field.code.letter)' format requires \(range): values[\(index)] has \(digits(text)) digits")
    }
  }

  private static func digits(_ text: String) -> Int { text.utf8.count { $0 != UInt8(ascii: "-") } }
}
