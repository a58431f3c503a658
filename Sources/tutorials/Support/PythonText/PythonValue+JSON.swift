extension PythonValue {
  /// The value as JSON. (Python: `json.dumps()`: `", "` and `": "` between items, ASCII only.)
  ///
  /// Bytes, which Python's refuses, become text of their Latin-1 characters; tuples become lists.
  var json: String {
    switch self {
    case .none: "null"
    case .bool(let truth): truth ? "true" : "false"
    case .integer(let number): "\(number)"
    case .largeInteger(let digits): digits
    case .float(let number) where number.isNaN: "NaN"
    case .float(let number) where number.isInfinite: number < 0 ? "-Infinity" : "Infinity"
    case .float(let number): "\(number)"
    case .text(let text): Self.quoted(text)
    case .bytes(let bytes): Self.quoted(String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) })))
    case .list(let values), .tuple(let values): "[" + values.map(\.json).joined(separator: ", ") + "]"
    case .dict(let members):
      "{" + members.map { Self.quoted($0.key) + ": " + $0.value.json }.joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != 0x22 && $0 != 0x5C }) { return "\"\(text)\"" }
    var result = "\""
    for unit in text.utf16 {
      switch unit {
      case 0x22: result += "\\\""
      case 0x5C: result += "\\\\"
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case 0x08: result += "\\b"
      case 0x0C: result += "\\f"
      case 0x20..<0x7F: result.unicodeScalars.append(UnicodeScalar(UInt8(unit)))
      default: result += "\\u" + Python.hex(UInt32(unit), digits: 4)
      }
    }
    return result + "\""
  }
}

extension Python {
  /// A number in lower-case hexadecimal digits, with zeros before it.
  static func hex(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
