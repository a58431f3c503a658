import LandlineClient
import Testing

/// POSIX.1-2024, Shell Command Language, section 2.14, and `**` as bash and zsh have it.
@Suite struct GlobPatternTests {
  @Test(arguments: [
    ("a.txt", "a.txt", true), ("a.txt", "b.txt", false), ("*.txt", "a.txt", true), ("*.txt", "a.text", false),
    ("*", "a", true), ("*", "a/b", false), ("*/b", "a/b", true), ("a/*", "a", false), ("a*c*e", "abcde", true),
    ("a*c*e", "abcd", false), ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false), ("?", "ä", true),
    ("?", "😀", true), ("??", "e\u{301}", true), ("?", "", false), ("[abc]", "b", true), ("[abc]", "d", false),
    ("[a-c]x", "bx", true), ("[!a-c]", "d", true), ("[^a-c]", "b", false), ("[]]", "]", true), ("[]-]", "-", true),
    ("[a-]", "-", true), ("[", "[", true), ("a[1", "a[1", true), ("[z-a]", "m", false), ("[ä-ü]", "ö", true),
    ("\\*", "*", true), ("\\*", "a", false), ("a\\", "a\\", true), ("[!]]", "a", true),
    ("*", ".a", false), (".*", ".a", true), ("?a", ".a", false), ("[.]a", ".a", false), ("a/*", "a/.b", false),
    ("**", "a", true), ("**", "a/b/c", true), ("**", "a/.b/c", false), ("**/c", "c", true), ("**/c", "a/b/c", true),
    ("**/c", "a/.b/c", false), ("**/.c", "a/.c", true), ("a/**", "a/b/c", true), ("a/**", "a", false),
    ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("a/**/z", "b/z", false), ("**/*.txt", "a/b.txt", true),
    ("**/*.txt", "b.txt", true), ("a/**/b/**/c", "a/b/x/b/c", true), ("a/**/b/**/c", "a/x/c", false),
    ("**x", "a/x", false), ("**x", "ax", true), ("/a/", "a", true), ("a//b", "a/b", true),
    ("*é", "caf\u{E9}", true), ("*é", "cafe\u{301}", false),
  ])
  func matches(_ pattern: String, _ path: String, _ expected: Bool) {
    #expect(GlobPattern(pattern).matches(path) == expected)
  }

  @Test func doesNotTakeForEver() {
    let folders = Array(repeating: "a", count: 120).joined(separator: "/")
    let pattern = Array(repeating: "**/a*a*a", count: 30).joined(separator: "/")
    #expect(!GlobPattern(pattern).matches(folders + "/b"))
  }

  @Test(arguments: [
    ("a/b", true, "a", false), ("a/*", false, "a", false), ("*", false, "", false), ("a/*/c", false, "a", true),
    ("a/b/**", false, "a/b", true), ("**", false, "", true), ("a\\*b/[c]", false, "a*b", false),
    ("\\[a]", true, "", false),
  ])
  func whereToLook(_ pattern: String, _ isLiteral: Bool, _ folder: String, _ isDeep: Bool) {
    let glob = GlobPattern(pattern)
    #expect(glob.isLiteral == isLiteral)
    #expect(glob.fixedFolder == folder)
    #expect(glob.isDeep == isDeep)
  }
}
