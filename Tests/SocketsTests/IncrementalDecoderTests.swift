import Sockets
import Testing

@Suite("Text that comes in pieces")
struct IncrementalDecoderTests {
  private func decode(_ pieces: [[UInt8]], _ encoding: TextEncoding) throws -> String {
    var decoder = try IncrementalDecoder(encoding)
    var text = ""
    for piece in pieces { text += try decoder.decode(piece.span.bytes) }
    return try text + decoder.finish()
  }

  @Test("However it is cut, the text is the same", arguments: [TextEncoding.utf8, .gbk, .gb18030, .latin1])
  func cuts(_ encoding: TextEncoding) throws {
    let text = encoding == .latin1 ? "café\n" : "a你好,b世界\n"
    let bytes = try encoding.encode(text)
    for cut in 0...bytes.count {
      #expect(try decode([Array(bytes[..<cut]), Array(bytes[cut...])], encoding) == text)
    }
    #expect(try decode(bytes.map { [$0] }, encoding) == text)
  }

  @Test("What is cut off at the end is no text, and what is none in between is replaced")
  func malformed() throws {
    #expect(try decode([[0xC4]], .gbk) == "\u{FFFD}")
    #expect(try decode([[0x61, 0xFF], [0x62]], .gbk) == "a\u{FFFD}b")
    var strict = try IncrementalDecoder(.gbk, malformed: .fail)
    #expect(throws: SocketError.self) { try strict.decode([0xFF, 0x30].span.bytes) }
  }
}
