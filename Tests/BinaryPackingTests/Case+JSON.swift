import BinaryPacking

/// JSON by hand: the text that `oracle.py` reads.
enum JSON {
  static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        result += "\\\(scalar)"
      } else if scalar.value < 0x20 {
        result += "\\u00" + hex([UInt8(scalar.value)])
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  static func hex(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    result.reserveCapacity(2 * bytes.count)
    for byte in bytes {
      result.append(digits[Int(byte >> 4)])
      result.append(digits[Int(byte & 15)])
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static let digits = Array("0123456789abcdef".utf8)

  static func value(_ value: PackedValue) -> String {
    switch value {
    case .integer(let number): return "\(number)"
    case .bool(let truth): return "\(truth)"
    case .bytes(let bytes): return #"{"hex": "\#(hex(Array(bytes)))"}"#
    case .float(let number):
      let digits = String(number.bitPattern, radix: 16)
      return #"{"double": "\#(String(repeating: "0", count: 16 - digits.utf8.count) + digits)"}"#
    }
  }

  /// The value as `packstruct` reads it; the shortest digits that give the same number.
  static func plain(_ value: PackedValue) -> String {
    guard case .float(let number) = value else { return Self.value(value) }
    return number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
  }

  static func values(_ values: [PackedValue]) -> String {
    "[" + values.map(value).joined(separator: ", ") + "]"
  }

  static func error(_ error: PackingError) -> String {
    #""error": ["\#(error.code)", \#(string(error.message))]"#
  }
}
