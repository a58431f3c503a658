import FoundationEssentials
import LandlineProtocol
import Testing

/// What `EntryEncoder` writes by hand is what a JSON decoder reads.
@Suite struct EntryEncoderTests {
  private func decode(_ bytes: [UInt8]) throws -> [Entry] {
    try JSONDecoder().decode([Entry].self, from: Data(bytes))
  }

  /// An entry with random fields, and a name made of what names are made of, or must be escaped.
  private func randomEntry(_ random: inout some RandomNumberGenerator) -> Entry {
    let pieces = [
      "a", "\"", "\\", "/", "é", "e\u{301}", "🎉", "👩‍👩‍👧‍👦", "日本", "\u{2028}", "\u{85}", "\u{FEFF}", " ", "\n", "\u{1}",
      "\u{1F}",
      "\u{7F}", "\u{FFFF}", "\u{10FFFF}", "'", "<", "&", "\t", "\r", "\u{8}", "\0",
    ]
    var entry = Entry(
      name: (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random)! }.joined(),
      kind: ["file", "folder", "other"].randomElement(using: &random)!,
      modified: FileTime(
        seconds: [0, -1, .min, .max, .random(in: .min ... .max, using: &random)].randomElement(using: &random)!,
        nanoseconds: .random(in: 0...999_999_999, using: &random)))
    if entry.kind == "file" {
      entry.size = [0, 9, 10, .max, .random(in: 0 ... .max, using: &random)].randomElement(using: &random)!
      entry.executable = .random(using: &random)
      if Bool.random(using: &random) {
        entry.sha256 = Digest256(hashing: [UInt8.random(in: 0...255, using: &random)])
      }
    }
    return entry
  }

  private func append(_ entry: Entry, to encoder: inout EntryEncoder) throws {
    let modified = FileTime(seconds: entry.mtime, nanoseconds: entry.mtimeNanos)
    encoder.append(
      name: Array(try #require(entry.name).utf8), kind: entry.kind, size: entry.size, modified: modified,
      executable: entry.executable, sha256: entry.sha256)
  }

  @Test func aDecoderReadsTheSame() throws {
    var random = SystemRandomNumberGenerator()
    var encoder = EntryEncoder()
    for _ in 0..<50 {
      let entries = (0..<Int.random(in: 1...60)).map { _ in randomEntry(&random) }
      for entry in entries { try append(entry, to: &encoder) }
      #expect(encoder.count == entries.count)
      let expected = encoder.byteCount
      let bytes = encoder.finish()
      #expect(bytes.count == expected)
      let decoded = try decode(bytes)
      #expect(decoded == entries)
      // Equal as Swift strings is not enough: byte by byte.
      #expect(decoded.map { Array(($0.name ?? "").utf8) } == entries.map { Array(($0.name ?? "").utf8) })
    }
  }

  @Test func emptyAndAgain() throws {
    var encoder = EntryEncoder()
    #expect(encoder.byteCount == 2)
    #expect(encoder.finish() == Array("[]".utf8))
    encoder.append(
      name: Array("a\"b".utf8), kind: "folder", size: nil, modified: FileTime(seconds: -5, nanoseconds: 7),
      executable: nil)
    let text = String(decoding: encoder.finish(), as: UTF8.self)
    #expect(text == #"[{"name":"a\"b","kind":"folder","mtime":-5,"mtimeNanos":7}]"#)
    #expect(encoder.count == 0)
    #expect(encoder.finish() == Array("[]".utf8))
  }
}
