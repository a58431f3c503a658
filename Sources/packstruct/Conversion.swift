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
        "values[\(index)] for '\(field.code.letter)' is \(value.kind): values are numbers, true, false, and byte "
          + "strings as {\"hex\": \"616263\"}")
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
        throw RequestError("values[\(index)]: int too large to convert to float (\(text.utf8.count) digits)")
      }
      return .float(double)
    case .char, .string, .pascalString:
      return .float(double)
    default:
      throw RequestError(
        "argument out of range: values[\(index)] for '\(field.code.letter)' has \(text.utf8.count) digits")
    }
  }
}
