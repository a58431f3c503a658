/// Reads one JSON text (RFC 8259) with NaN, Infinity and -Infinity, as Python's `json` reads it.
struct JSONReader {
  let text: [UInt8]
  private(set) var position = 0
  private var values = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  /// The value of the whole text.
  mutating func read() throws(RequestError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard position == text.count else { throw unexpected("the end") }
    return value
  }

  private mutating func value(depth: Int) throws(RequestError) -> JSONValue {
    guard depth < Bounds.depth else { throw RequestError("more than \(Bounds.depth) arrays inside each other") }
    values += 1
    guard values <= Bounds.values else { throw RequestError("more than \(Bounds.values) values in a line") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return .object(try object(depth: depth))
    case UInt8(ascii: "["): return .array(try array(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case .some(let byte) where byte == UInt8(ascii: "-") || Self.isDigit(byte): return .number(try number())
    default: return try word()
    }
  }

  private mutating func object(depth: Int) throws(RequestError) -> [String: JSONValue] {
    position += 1
    var members: [String: JSONValue] = [:]
    if take("}") { return members }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw unexpected("a member's name in double quotes") }
      let name = try string()
      guard take(":") else { throw unexpected("':' behind the name of a member") }
      members[name] = try value(depth: depth + 1)
    } while take(",")
    guard take("}") else { throw unexpected("',' or '}' in an object") }
    return members
  }

  private mutating func array(depth: Int) throws(RequestError) -> [JSONValue] {
    position += 1
    var elements: [JSONValue] = []
    if take("]") { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw unexpected("',' or ']' in an array") }
    return elements
  }

  private mutating func word() throws(RequestError) -> JSONValue {
    if takeWord("true") { return .bool(true) }
    if takeWord("false") { return .bool(false) }
    if takeWord("null") { return .null }
    for name in ["NaN", "Infinity"] where takeWord(name) { return .number(name) }
    throw unexpected("a value")
  }

  /// The characters of a number; `-Infinity` is one too.
  private mutating func number() throws(RequestError) -> String {
    let start = position
    _ = takeWord("-")
    if takeWord("Infinity") { return "-Infinity" }
    // A number has no second digit behind a leading 0.
    if peek == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if takeWord(".") { try digits() }
    if takeWord("e") || takeWord("E") {
      if !takeWord("-") { _ = takeWord("+") }
      try digits()
    }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(RequestError) {
    let start = position
    while let byte = peek, Self.isDigit(byte) { position += 1 }
    guard position > start else { throw unexpected("a digit") }
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  var peek: UInt8? { position < text.count ? text[position] : nil }

  mutating func next() -> UInt8? {
    guard let byte = peek else { return nil }
    position += 1
    return byte
  }

  private mutating func skipSpace() {
    while let byte = peek, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  /// Takes white space and a character, if it is next.
  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard text[position...].starts(with: word.utf8) else { return false }
    position += word.utf8.count
    return true
  }

  func unexpected(_ wanted: String) -> RequestError {
    RequestError("not JSON: \(wanted) was expected at byte \(position)")
  }
}
