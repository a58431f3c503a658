/// Checks that a head is one well-formed JSON object and finds its member `body`, without making
/// anything of the rest.
///
/// Strict RFC 8259, so that whatever reads the head afterwards sees the same text: UTF-8 without a
/// byte order mark, nothing but white space around the object, no comments, no trailing commas.
/// Where RFC 8259 leaves a choice:
/// - Nesting, the object itself included, is at most ``depthLimit`` deep.
/// - `body` occurs at most once, however it is spelled (`"bo\u0064y"`), since parsers differ in
///   which of two they believe (RFC 8259 section 4). Other names may repeat.
/// - Escapes of lone surrogates (`"\ud800"`) are refused, as in I-JSON (RFC 7493 section 2.1): they
///   stand for no text, and parsers differ on them (RFC 8259 section 8.2).
/// - Numbers have any size and precision, `body` aside.
///
/// One pass, no allocation, no recursion: what is open is one bit for each level.
package struct JSONHeadScanner {
  /// How many objects and arrays may be open at once.
  package static let depthLimit = 32

  /// What may come next, white space aside.
  private enum Expectation {
    case value
    case valueOrEnd
    case name
    case nameOrEnd
    case commaOrEnd
  }

  var offset = 0
  private var depth = 1
  /// Bit n: level n + 1 is an object; else it is an array.
  private var objects: UInt32 = 1
  private var bodyLength: Int?

  private init() {}

  /// Checks a head and returns the length of the body that it announces.
  ///
  /// - Parameter head: The whole head.
  /// - Returns: The head's member `body`; 0 if it is absent.
  /// - Throws: ``FramingError/Code/malformedHead``; ``FramingError/Code/bodyTooLarge`` for a `body`
  ///   that does not fit into an `Int`.
  package static func bodyLength(of head: RawSpan) throws(FramingError) -> Int {
    var scanner = JSONHeadScanner()
    return try scanner.scan(head)
  }

  private mutating func scan(_ head: RawSpan) throws(FramingError) -> Int {
    guard try skipSpace(head) == UInt8(ascii: "{") else {
      throw malformed("expected an object")
    }
    offset += 1
    var expected = Expectation.nameOrEnd
    while depth > 0 {
      let byte = try skipSpace(head)
      switch (expected, byte) {
      case (.name, UInt8(ascii: "\"")), (.nameOrEnd, UInt8(ascii: "\"")):
        expected = try scanMember(head)
      case (.nameOrEnd, UInt8(ascii: "}")), (.valueOrEnd, UInt8(ascii: "]")):
        expected = close()
      case (.value, _), (.valueOrEnd, _):
        expected = try scanValue(head, byte)
      case (.commaOrEnd, UInt8(ascii: ",")):
        offset += 1
        expected = isInObject ? .name : .value
      case (.commaOrEnd, isInObject ? UInt8(ascii: "}") : UInt8(ascii: "]")):
        expected = close()
      case (.name, _), (.nameOrEnd, _):
        throw malformed("expected a member's name")
      case (.commaOrEnd, _):
        throw malformed("expected a comma or the end of the object or array")
      }
    }
    skipSpace(in: head)
    guard offset == head.byteCount else { throw malformed("expected nothing behind the object") }
    return bodyLength ?? 0
  }

  private var isInObject: Bool { objects >> UInt32(depth - 1) & 1 == 1 }

  private mutating func open(object: Bool) throws(FramingError) -> Expectation {
    guard depth < Self.depthLimit else {
      throw malformed("nested deeper than \(Self.depthLimit)")
    }
    let bit: UInt32 = 1 << UInt32(depth)
    objects = object ? objects | bit : objects & ~bit
    depth += 1
    offset += 1
    return object ? .nameOrEnd : .valueOrEnd
  }

  private mutating func close() -> Expectation {
    depth -= 1
    offset += 1
    return .commaOrEnd
  }

  /// A name and its colon; the value too when it is that of `body`.
  private mutating func scanMember(_ head: RawSpan) throws(FramingError) -> Expectation {
    let nameOffset = offset
    let name = try scanString(head)
    let isBody = depth == 1 && name.isBody(in: head)
    guard try skipSpace(head) == UInt8(ascii: ":") else { throw malformed("expected a colon") }
    offset += 1
    guard isBody else { return .value }
    guard bodyLength == nil else {
      offset = nameOffset
      throw malformed("a second \"body\"")
    }
    _ = try skipSpace(head)
    bodyLength = try scanBodyLength(head)
    return .commaOrEnd
  }

  private mutating func scanValue(
    _ head: RawSpan, _ byte: UInt8
  ) throws(FramingError) -> Expectation {
    switch byte {
    case UInt8(ascii: "\""): _ = try scanString(head)
    case UInt8(ascii: "{"): return try open(object: true)
    case UInt8(ascii: "["): return try open(object: false)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try scanNumber(head)
    case UInt8(ascii: "t"): try scanLiteral("true", head)
    case UInt8(ascii: "f"): try scanLiteral("false", head)
    case UInt8(ascii: "n"): try scanLiteral("null", head)
    default: throw malformed("expected a value")
    }
    return .commaOrEnd
  }

  private mutating func scanLiteral(
    _ literal: StaticString, _ head: RawSpan
  ) throws(FramingError) {
    let end = offset + literal.utf8CodeUnitCount
    guard end <= head.byteCount,
      head.extracting(offset..<end).withUnsafeBytes({
        $0.elementsEqual(
          UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
      })
    else {
      throw malformed("expected \(literal)")
    }
    offset = end
  }

  /// Skips white space; returns the byte behind it, which has to exist.
  private mutating func skipSpace(_ head: RawSpan) throws(FramingError) -> UInt8 {
    skipSpace(in: head)
    guard offset < head.byteCount else { throw malformed("ended too early") }
    return head[byte: offset]
  }

  private mutating func skipSpace(in head: RawSpan) {
    while offset < head.byteCount {
      switch head[byte: offset] {
      case 0x20, 0x09, 0x0A, 0x0D: offset += 1
      default: return
      }
    }
  }

  func malformed(_ what: String) -> FramingError {
    FramingError(.malformedHead, "the head is not the JSON it has to be: byte \(offset): \(what)")
  }
}
