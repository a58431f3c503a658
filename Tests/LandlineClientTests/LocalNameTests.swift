import Testing

@testable import LandlineClient

@Suite struct LocalNameTests {
  @Test(arguments: [("a", "a"), ("a/b", "b"), ("/a/b/", "b"), ("a//", "a"), ("/", "/"), (".", ".")])
  func last(_ path: String, _ name: String) {
    #expect(LocalName.last(of: path) == name)
  }

  @Test(arguments: [("", "b", "b"), ("a", "b", "a/b"), ("a/", "b", "a/b")])
  func join(_ folder: String, _ name: String, _ path: String) {
    #expect(LocalName.join(folder, name) == path)
  }

  @Test func prefixesEndBetweenCharacters() {
    let bytes = Array("aäö".utf8)
    let prefixes = (0...5).map { String(decoding: LocalName.prefix(of: bytes[...], atMost: $0), as: UTF8.self) }
    #expect(prefixes == ["", "a", "a", "aä", "aä", "aäö"])
  }
}
