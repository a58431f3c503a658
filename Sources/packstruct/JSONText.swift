import BinaryPacking

/// Values as JSON.
enum JSONText {
  static func values(_ values: [PackedValue]) -> String {
    "[" + values.map(value).joined(separator: ", ") + "]"
  }

  private static func value(_ value: PackedValue) -> String {
    switch value {
    case .integer(let number): "\(number)"
    case .bool(let truth): "\(truth)"
    case .bytes(let bytes): "{\"hex\": \"\(Hex.encode(bytes))\"}"
    case .float(let number):
      if number.isNaN { "NaN" } else if number.isInfinite { number > 0 ? "Infinity" : "-Infinity" } else { "\(number)" }
    }
  }

  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        result += "\\\(scalar)"
      case "\0"..<" ":
        result += "\\u00" + Hex.encode([UInt8(scalar.value)])
      default:
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
