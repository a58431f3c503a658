import LandlineProtocol
import Testing

@Suite struct PrintableTests {
  @Test(arguments: [
    ("a b.txt", "a b.txt"),
    ("grüße.txt", "grüße.txt"),
    ("日本 👩‍🚀", "日本 👩‍🚀"),
    ("a\u{1B}[2Jb", "a\\x1b[2Jb"),
    ("a\u{9B}2Jb", "a\\x9b2Jb"),
    ("a\nb\t\u{7F}", "a\\x0ab\\x09\\x7f"),
    ("gpj.\u{202E}exe", "gpj.\\u{202e}exe"),
    ("a\u{2028}b\u{2066}c", "a\\u{2028}b\\u{2066}c"),
  ])
  func whatATerminalMustNotSee(text: String, shown: String) {
    #expect(printable(text) == shown)
  }

  @Test func aLongTextIsCut() {
    let long = String(repeating: "a", count: 500)
    #expect(printable(long) == String(repeating: "a", count: 200) + "…")
    #expect(printable(long, atMost: 500) == long)
  }
}
