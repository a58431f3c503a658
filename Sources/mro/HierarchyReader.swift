/// A reader of one JSON object of lists of strings, `{"B":["A"],"A":[]}`, and of no other JSON.
///
/// The object's order is kept. Escapes are read whole (RFC 8259 §7); a name given twice is an error,
/// for readers differ in which one they take.
struct HierarchyReader {
  /// What is wrong with a line.
  struct Failure: Error {
    var message: String
  }

  /// A class and its parents, in the order of the line.
  struct Entry {
    var name: Name
    var parents: [Name]
  }

  /// The longest name, in bytes. Each may come back once for each class.
  static let longestName = 1_024

  private let line: [UInt8]
  private var offset = 0

  private init(_ line: [UInt8]) { self.line = line }

  /// Reads a line.
  ///
  /// - Parameter line: The line without its end.
  static func entries(of line: [UInt8]) throws(Failure) -> [Entry] {
    var reader = HierarchyReader(line)
    return try reader.object()
  }

  private mutating func object() throws(Failure) -> [Entry] {
    var entries: [Entry] = []
    var seen: Set<Name> = []
    try expect(UInt8(ascii: "{"), "an object")
    if !takes(UInt8(ascii: "}")) {
      repeat {
        let name = try string("the name of a class")
        guard seen.insert(name).inserted else { throw failure("the class \"\(name)\" is there twice") }
        try expect(UInt8(ascii: ":"), "a colon")
        entries.append(Entry(name: name, parents: try list()))
      } while takes(UInt8(ascii: ","))
      try expect(UInt8(ascii: "}"), "a comma or the object's end")
    }
    skipSpace()
    guard offset == line.count else { throw failure("something comes behind the object") }
    return entries
  }

  private mutating func list() throws(Failure) -> [Name] {
    try expect(UInt8(ascii: "["), "a list of parents")
    guard !takes(UInt8(ascii: "]")) else { return [] }
    var names: [Name] = []
    repeat { names.append(try string("the name of a parent")) } while takes(UInt8(ascii: ","))
    try expect(UInt8(ascii: "]"), "a comma or the list's end")
    return names
  }

  private mutating func string(_ what: String) throws(Failure) -> Name {
    try expect(UInt8(ascii: "\""), what)
    var bytes: [UInt8] = []
    while true {
      guard offset < line.count else { throw failure("the line ends inside of a string") }
      let byte = line[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return try name(bytes)
      case UInt8(ascii: "\\"): bytes += try escape()
      case 0..<0x20:
        offset -= 1
        throw failure("a control character is inside of a string without an escape")
      default: bytes.append(byte)
      }
      guard bytes.count <= HierarchyReader.longestName else {
        throw failure("a name has over \(HierarchyReader.longestName) bytes")
      }
    }
  }

  private func name(_ bytes: [UInt8]) throws(Failure) -> Name {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw failure("a name is not UTF-8") }
    return Name(bytes: bytes)
  }

  private mutating func escape() throws(Failure) -> [UInt8] {
    guard offset < line.count else { throw failure("the line ends inside of an escape") }
    let byte = line[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"): return try scalar()
    default:
      offset -= 1
      throw failure("there is no such escape")
    }
  }

  /// The UTF-8 of a `\u` escape, or of a pair of them.
  private mutating func scalar() throws(Failure) -> [UInt8] {
    var value = try hex()
    if (0xD800..<0xDC00).contains(value), offset + 1 < line.count, line[offset] == UInt8(ascii: "\\"),
      line[offset + 1] == UInt8(ascii: "u")
    {
      offset += 2
      let low = try hex()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair is missing") }
      value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(value) else { throw failure("half of a surrogate pair is missing") }
    return Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  private mutating func hex() throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard offset < line.count, let digit = Character(Unicode.Scalar(line[offset])).hexDigitValue else {
        throw failure("an escape has four hexadecimal digits")
      }
      value = value << 4 | UInt32(digit)
      offset += 1
    }
    return value
  }

  private mutating func skipSpace() {
    while offset < line.count, [0x20, 0x09, 0x0D].contains(line[offset]) { offset += 1 }
  }

  private mutating func takes(_ byte: UInt8) -> Bool {
    skipSpace()
    guard offset < line.count, line[offset] == byte else { return false }
    offset += 1
    return true
  }

  private mutating func expect(_ byte: UInt8, _ what: String) throws(Failure) {
    guard takes(byte) else { throw failure("\(what) is missing") }
  }

  private func failure(_ message: String) -> Failure {
    Failure(message: "not an object of classes and lists of their parents: \(message), at byte \(offset)")
  }
}
