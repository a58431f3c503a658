import LandlineProtocol
import Testing

/// RFC 8259, as far as `FlatJSON` reads it; what it does not read it must leave alone.
@Suite struct FlatJSONTests {
  private func value(_ text: String) -> FlatJSON.Value? {
    var json = FlatJSON()
    let bytes = Array(text.utf8)
    guard let value = json.value(in: bytes.span), json.isAtEnd(of: bytes.span) else { return nil }
    return value
  }

  private func string(_ text: String) -> String? {
    var json = FlatJSON()
    let bytes = Array(text.utf8)
    guard case .text(let found) = json.value(in: bytes.span), json.isAtEnd(of: bytes.span) else { return nil }
    return FlatJSON.string(found, in: bytes.span)
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("7", 7), (" 12 ", 12), ("-12", -12), ("999999999999999999", 999_999_999_999_999_999),
    ] as [(String, Int64)])
  func integers(_ text: String, _ expected: Int64) {
    #expect(value(text) == .integer(expected))
  }

  @Test(arguments: [
    "", "-", "01", "1.0", "1e3", "1E3", "+1", "0x1", "1234567890123456789", "tru", "truth", "nul", "{}", "[]", "\"",
    "\"\\", "\"\\\"", "\"\n\"", "\"a", "1 2", "'a'",
  ])
  func leavesAlone(_ text: String) {
    #expect(value(text) == nil)
  }

  @Test func words() {
    #expect(value("true") == .boolean(true))
    #expect(value("\tfalse\r\n") == .boolean(false))
    #expect(value("null") == .null)
  }

  @Test(arguments: [
    (#""""#, ""), (#""a""#, "a"), (#""ä😀""#, "ä😀"), (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u00e4\u00E4""#, "ää"), (#""\ud83d\ude00""#, "😀"), (#""a\u0000b""#, "a\u{0}b"), (#""\uffff""#, "\u{FFFF}"),
  ])
  func strings(_ text: String, _ expected: String) throws {
    let found = try #require(string(text))
    #expect(Array(found.utf8) == Array(expected.utf8))
  }

  @Test(arguments: [
    #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\n""#, #""\ud83d\u0041""#, #""\u12""#, #""\u12g4""#,
    #""\x41""#, #""\ud83d\ud83d""#,
  ])
  func refusesEscapes(_ text: String) {
    #expect(string(text) == nil)
  }

  @Test func refusesWhatIsNotUTF8() {
    let bytes: [UInt8] = [0x22, 0xFF, 0x22]
    var json = FlatJSON()
    guard case .text(let text) = json.value(in: bytes.span) else {
      Issue.record("a string was expected")
      return
    }
    let string = FlatJSON.string(text, in: bytes.span)
    #expect(string == nil)
  }

  @Test func readsMembers() {
    let bytes = Array(#" { "a" : 1 , "b" : "x" } "#.utf8)
    var json = FlatJSON()
    let hasBegun = json.skip(UInt8(ascii: "{"), in: bytes.span)
    let key = json.key(in: bytes.span)
    let isA = key.map { FlatJSON.equals($0, "a", in: bytes.span) }
    let first = json.value(in: bytes.span)
    let hasMore = json.skip(UInt8(ascii: ","), in: bytes.span)
    let second = json.key(in: bytes.span)
    let text = json.value(in: bytes.span)
    let hasEvenMore = json.skip(UInt8(ascii: ","), in: bytes.span)
    let hasEnded = json.skip(UInt8(ascii: "}"), in: bytes.span)
    let isAtEnd = json.isAtEnd(of: bytes.span)
    #expect(hasBegun && isA == true && first == .integer(1) && hasMore)
    #expect(second != nil && text != nil && !hasEvenMore && hasEnded && isAtEnd)
  }

  /// Whatever is written is read again, by it and by the general decoder.
  @Test func whatJSONTextWritesIsRead() throws {
    for name in ["", "a", "ä😀", "\"", "\\", "a\u{1}b", "\u{7F}", "e\u{301}", "\u{2028}"] {
      var text = JSONText(capacity: 10)
      text.member("path", name)
      text.member("x", utf8: Array(name.utf8))
      text.member("n", Int64.min)
      text.member("m", UInt64(0))
      text.member("t", true)
      text.end()
      struct Read: Decodable {
        var path: String
        var x: String
        var n: Int64
        var m: UInt64
        var t: Bool
      }
      let read = try JSON.decode(Read.self, from: text.bytes)
      #expect(Array(read.path.utf8) == Array(name.utf8))
      #expect(Array(read.x.utf8) == Array(name.utf8))
      #expect(read.n == .min && read.m == 0 && read.t)
    }
  }
}
