extension PythonValue {
  /// The value as Python prints it. (Python: `repr()`.)
  var repr: String {
    switch self {
    case .none: "None"
    case .bool(let truth): truth ? "True" : "False"
    case .integer(let number): "\(number)"
    case .largeInteger(let digits): digits
    case .float(let number): "\(number)"
    case .text(let text): Python.repr(text)
    case .bytes(let bytes): Python.repr(bytes)
    case .list(let values): "[" + values.map(\.repr).joined(separator: ", ") + "]"
    case .tuple(let values) where values.count == 1: "(" + values[0].repr + ",)"
    case .tuple(let values): "(" + values.map(\.repr).joined(separator: ", ") + ")"
    case .dict(let members):
      "{" + members.map { Python.repr($0.key) + ": " + $0.value.repr }.joined(separator: ", ") + "}"
    }
  }
}

extension Python {
  /// Bytes as Python prints them: `b'hi\n'`. (Python: `repr()` of a bytes object.)
  static func repr(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    // Double quotes only where they spare a backslash.
    let quote: UInt8 = bytes.contains(0x27) && !bytes.contains(0x22) ? 0x22 : 0x27
    var result = "b" + String(UnicodeScalar(quote))
    for byte in bytes {
      switch byte {
      case quote, 0x5C: result += "\\" + String(UnicodeScalar(byte))
      case 0x0A: result += "\\n"
      case 0x0D: result += "\\r"
      case 0x09: result += "\\t"
      case 0x20..<0x7F: result.unicodeScalars.append(UnicodeScalar(byte))
      default: result += "\\x" + hex(UInt32(byte), digits: 2)
      }
    }
    return result + String(UnicodeScalar(quote))
  }

  /// Text as Python prints it: `'hi\n'`. (Python: `repr()` of a text.)
  static func repr(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let quote: UnicodeScalar = scalars.contains("'") && !scalars.contains("\"") ? "\"" : "'"
    var result = String(quote)
    for scalar in scalars {
      switch scalar {
      case quote, "\\": result += "\\" + String(scalar)
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where isPrintable(scalar): result.unicodeScalars.append(scalar)
      case _ where scalar.value <= 0xFF: result += "\\x" + hex(scalar.value, digits: 2)
      case _ where scalar.value <= 0xFFFF: result += "\\u" + hex(scalar.value, digits: 4)
      default: result += "\\U" + hex(scalar.value, digits: 8)
      }
    }
    return result + String(quote)
  }

  /// (Python: `str.isprintable()`.)
  private static func isPrintable(_ scalar: UnicodeScalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
    case .spaceSeparator: scalar == " "
    default: true
    }
  }
}
