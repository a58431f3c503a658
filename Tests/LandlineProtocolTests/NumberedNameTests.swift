import LandlineProtocol
import Testing

@Suite struct NumberedNameTests {
  @Test(arguments: [
    ("a.txt", 1, "a (1).txt"), ("d/a.tar.gz", 2, "d/a.tar (2).gz"), (".profile", 1, ".profile (1)"),
    ("noext", 10, "noext (10)"), ("a.txt", 0, "a.txt"),
  ])
  func names(_ path: String, _ number: Int, _ expected: String) throws {
    #expect(try NumberedName.path(RemotePath(path), number: number) == RemotePath(expected))
  }

  @Test func longNamesLoseWholeCharacters() throws {
    let path = try RemotePath(String(repeating: "ä", count: 125) + ".txt")
    let numbered = try NumberedName.path(path, number: 1)
    let name = try #require(numbered.name)
    #expect(name.count <= 255)
    #expect(String(validating: name, as: UTF8.self)?.hasSuffix("ä (1).txt") == true)
  }

  @Test func noNumberFitsBesideAnExtensionOfTheWholeLength() {
    #expect(NumberedName.name(Array(("a." + String(repeating: "x", count: 253)).utf8), number: 1) == nil)
  }
}
