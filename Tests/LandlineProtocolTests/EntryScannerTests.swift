import LandlineProtocol
import Testing

/// The scanner must say what the general decoder says, or leave the body to it.
@Suite struct EntryScannerTests {
  private func scan(_ text: String) throws -> [Entry] { try scan(Array(text.utf8)) }

  private func scan(_ bytes: [UInt8]) throws -> [Entry] {
    var scanner = EntryScanner()
    var entries: [Entry] = []
    while let item = try scanner.next(in: bytes.span) {
      let string = FlatJSON.string(item.name, in: bytes.span)
      let name = try #require(string)
      let kind =
        switch item.kind {
        case .file: "file"
        case .folder: "folder"
        case .other: "other"
        }
      var entry = Entry(name: name, kind: kind, modified: item.modified)
      entry.size = item.size
      entry.executable = item.isExecutable
      entry.sha256 = item.sha256
      entries.append(entry)
    }
    let further = try scanner.next(in: bytes.span)
    #expect(further == nil)
    return entries
  }

  @Test func readsWhatTheServerWrites() throws {
    var random = SystemRandomNumberGenerator()
    let names = [
      "a", "b/c.txt", "ä", "😀", "\"quoted\"", "back\\slash", "e\u{301}", "a b", String(repeating: "x", count: 255),
    ]
    var encoder = EntryEncoder()
    var expected: [Entry] = []
    for _ in 0..<200 {
      let name = names.randomElement(using: &random)! + "\(UInt8.random(in: 0...255, using: &random))"
      let kind = ["file", "folder", "other"].randomElement(using: &random)!
      let isFile = kind == "file"
      let modified = FileTime(
        seconds: .random(in: -10_000_000_000...10_000_000_000, using: &random),
        nanoseconds: .random(in: 0..<1_000_000_000, using: &random))
      let size: Int64? = isFile ? .random(in: 0..<(1 << 50), using: &random) : nil
      let isExecutable: Bool? = isFile ? .random(using: &random) : nil
      let digest = isFile && .random(using: &random) ? Digest256(hashing: name.utf8) : nil
      encoder.append(
        name: Array(name.utf8), kind: kind, size: size, modified: modified, executable: isExecutable, sha256: digest)
      var entry = Entry(name: name, kind: kind, modified: modified)
      entry.size = size
      entry.executable = isExecutable ?? false
      entry.sha256 = digest
      expected.append(entry)
    }
    let body = encoder.finish()
    #expect(try scan(body) == expected)
    let decoded = try JSON.decode([Entry].self, from: body)
    #expect(decoded.map(\.name) == expected.map(\.name))
    #expect(decoded.map(\.size) == expected.map(\.size))
  }

  @Test(arguments: ["[]", " [ ] ", "\n[\n]\n"]) func readsNothing(_ text: String) throws {
    #expect(try scan(text).isEmpty)
  }

  @Test func passesOverWhatItDoesNotKnow() throws {
    let entries = try scan(#"[{"new":"x","kind":"file","also":7,"name":"a","mtime":1,"mtimeNanos":2,"flag":true}]"#)
    #expect(entries.map(\.name) == ["a"])
    #expect(entries[0].mtime == 1 && entries[0].mtimeNanos == 2 && entries[0].size == nil)
  }

  @Test(arguments: [
    "", "{}", "[", "[{}]", "[{},]", "[1]", "[{\"name\":\"a\"}]", "[] x",
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0}"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0},]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0,}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0}{"name":"b","kind":"file","mtime":1,"mtimeNanos":0}]"#,
    #"[{"name":"a","kind":"pipe","mtime":1,"mtimeNanos":0}]"#,
    #"[{"name":"a","kind":"file","mtime":1.5,"mtimeNanos":0}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":1000000000}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":-1}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0,"size":-1}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0,"size":null}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0,"sha256":"00"}]"#,
    #"[{"name":"a","kind":"file","mtime":1,"mtimeNanos":0,"more":{}}]"#,
  ])
  func leavesAlone(_ text: String) {
    #expect(throws: (any Error).self) { try scan(text) }
  }

  /// Cut off anywhere it must end with an error, never before or behind its bytes.
  @Test func cutOffAnywhere() throws {
    let text = #"[{"name":"a\u00e4","kind":"file","size":12,"mtime":-1,"mtimeNanos":5,"executable":true}]"#
    let bytes = Array(text.utf8)
    for count in 0..<bytes.count {
      #expect(throws: EntryScanner.Unreadable.self) { try scan(Array(bytes[..<count])) }
    }
    #expect(try scan(bytes).count == 1)
  }
}
