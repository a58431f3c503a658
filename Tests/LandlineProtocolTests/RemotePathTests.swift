import LandlineProtocol
import Testing

@Suite struct RemotePathTests {
  @Test(arguments: [
    "a", "a/b", "a/b/", "ä ö.txt", ".hidden", "a b", "-x", "e\u{301}", "\u{e9}", "a:b", "...", "\u{1F4C1}/x",
    String(repeating: "n", count: 255), Array(repeating: "d", count: 128).joined(separator: "/"),
  ])
  func accepts(_ text: String) throws {
    let path = try RemotePath(text)
    #expect(path.bytes.elementsEqual(text.utf8) || text.hasSuffix("/"))
    #expect(path.isFolderHint == text.hasSuffix("/"))
  }

  @Test(arguments: [
    "/", "/etc/passwd", "../x", "a/../../x", "a/..", ".", "./a", "a//b", "a\0b", "a\nb", "a\u{7f}", "\u{1}",
    Array(repeating: "d", count: 129).joined(separator: "/"), String(repeating: "n", count: 256),
    String(repeating: "abcd/", count: 1_000) + "x", "//", "a//",
  ])
  func refuses(_ text: String) {
    let error = #expect(throws: LineError.self) { try RemotePath(text) }
    #expect(error?.code == .badPath)
    // What goes into a message must not carry control characters on.
    #expect(error?.message.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } == true)
  }

  @Test func rootIsTheEmptyText() throws {
    #expect(try RemotePath("") == .root)
    #expect(RemotePath.root.parent == nil)
    #expect(RemotePath.root.name == nil)
  }

  @Test func comparesBytesNotCharacters() throws {
    let composed = try RemotePath("\u{e9}")
    let decomposed = try RemotePath("e\u{301}")
    #expect("\u{e9}" == "e\u{301}")
    #expect(composed != decomposed)
    #expect(Set([composed, decomposed]).count == 2)
  }

  @Test func parentAndName() throws {
    let path = try RemotePath("a/b/c")
    #expect(try path.parent == RemotePath("a/b"))
    #expect(path.name == Array("c".utf8))
    #expect(try path.renamed(to: Array("d".utf8)) == RemotePath("a/b/d"))
    #expect(throws: LineError.self) { try path.appending(Array("..".utf8)) }
  }
}
