/// A reader of JSON as Python's `json.loads()` reads it: big whole numbers stay exact, `NaN` and `Infinity` are numbers, and
/// of a key that is there twice the last value counts. A half of a surrogate pair becomes U+FFFD.
struct JSONReader {
  private let bytes: [UInt8]
  private var offset = 0

  /// A text nested deeper than this is refused: each level takes some of the stack.
  private static let depthLimit = 200

  static func value(of bytes: [UInt8]) throws -> PythonValue {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw Failure("JSON that is not UTF-8") }
    var reader = JSONReader(bytes: bytes)
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.offset == bytes.count else { throw reader.failure("something comes behind the JSON value") }
    return value
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private func failure(_ what: String) -> Failure { Failure("\(what), at byte \(offset) of the JSON") }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func takes(_ word: StaticString) -> Bool {
    let matches = word.withUTF8Buffer { bytes[offset...].starts(with: $0) }
    if matches { offset += word.utf8CodeUnitCount }
    return matches
  }

  private mutating func value(depth: Int) throws -> PythonValue {
    guard depth < Self.depthLimit else { throw failure("JSON nested too deeply") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth)
    case UInt8(ascii: "["): return try array(depth)
    case UInt8(ascii: "\""): return .text(try string())
    default: break
    }
    if takes("null") { return .none }
    if takes("true") { return .bool(true) }
    if takes("false") { return .bool(false) }
    if takes("NaN") { return .float(.nan) }
    if takes("Infinity") { return .float(.infinity) }
    if takes("-Infinity") { return .float(-.infinity) }
    return try number()
  }

  private mutating func object(_ depth: Int) throws -> PythonValue {
    offset += 1
    var members: [PythonValue.Member] = []
    skipSpace()
    if takes("}") { return .dict([]) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw failure("a key was expected") }
      let key = try string()
      skipSpace()
      guard takes(":") else { throw failure("a colon was expected") }
      let value = try value(depth: depth + 1)
      if let index = members.firstIndex(where: { Python.isSame($0.key, key) }) {
        members[index].value = value
      } else {
        members.append(PythonValue.Member(key: key, value: value))
      }
      skipSpace()
    } while takes(",")
    guard takes("}") else { throw failure("a comma or the object's end was expected") }
    return .dict(members)
  }

  private mutating func array(_ depth: Int) throws -> PythonValue {
    offset += 1
    var values: [PythonValue] = []
    skipSpace()
    if takes("]") { return .list([]) }
    repeat {
      values.append(try value(depth: depth + 1))
      skipSpace()
    } while takes(",")
    guard takes("]") else { throw failure("a comma or the list's end was expected") }
    return .list(values)
  }

  private mutating func digits() -> Int {
    let start = offset
    while let byte = peek, (0x30...0x39).contains(byte) { offset += 1 }
    return offset - start
  }

  private mutating func number() throws -> PythonValue {
    let start = offset
    _ = takes("-")
    if !takes("0"), digits() == 0 { throw failure("a value was expected") }
    let wholeEnd = offset
    // What is no fraction or exponent after all belongs to what follows, as in Python.
    if takes("."), digits() == 0 { offset = wholeEnd }
    let fractionEnd = offset
    if takes("e") || takes("E") {
      if !takes("+") { _ = takes("-") }
      if digits() == 0 { offset = fractionEnd }
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard offset == wholeEnd else { return .float(Double(text) ?? .nan) }
    return text == "-0" ? .integer(0) : Int(text).map { .integer($0) } ?? .largeInteger(text)
  }

  private mutating func string() throws -> String {
    offset += 1
    let first = plainRun()
    guard peek != UInt8(ascii: "\"") else {
      offset += 1
      return String(decoding: first, as: UTF8.self)
    }
    var units = Array(String(decoding: first, as: UTF8.self).utf16)
    while peek == UInt8(ascii: "\\") {
      units.append(try escape())
      units += String(decoding: plainRun(), as: UTF8.self).utf16
    }
    guard let byte = peek else { throw failure("the string does not end") }
    guard byte == UInt8(ascii: "\"") else { throw failure("a control character is inside of a string") }
    offset += 1
    return String(decoding: units, as: UTF16.self)
  }

  /// The bytes up to a quote, a backslash or a control character. Without a call for each: a picture is one string.
  private mutating func plainRun() -> ArraySlice<UInt8> {
    let start = offset
    bytes.withUnsafeBufferPointer { bytes in
      while offset < bytes.count, bytes[offset] >= 0x20, bytes[offset] != 0x22, bytes[offset] != 0x5C { offset += 1 }
    }
    return bytes[start..<offset]
  }

  private mutating func escape() throws -> UInt16 {
    offset += 1
    guard let byte = peek else { throw failure("the string does not end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return UInt16(byte)
    case UInt8(ascii: "b"): return 0x08
    case UInt8(ascii: "f"): return 0x0C
    case UInt8(ascii: "n"): return 0x0A
    case UInt8(ascii: "r"): return 0x0D
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "u"):
      let digits = bytes[offset...].prefix(4)
      let isHex = digits.count == 4 && digits.allSatisfy { UnicodeScalar($0).properties.isASCIIHexDigit }
      guard isHex, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
        throw failure("four hexadecimal digits were expected")
      }
      offset += 4
      return unit
    default: throw failure("there is no such escape")
    }
  }
}

extension PythonValue {
  /// Reads JSON. (Python: `json.loads()`.)
  ///
  /// - Throws: ``Failure``, with the place of what is wrong.
  init(json bytes: [UInt8]) throws { self = try JSONReader.value(of: bytes) }
}
