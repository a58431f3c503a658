import Testing

@testable import LandlineClient

/// The rules of RFC 9525 section 6.3.
@Suite struct CertificateNameTests {
  @Test(arguments: [
    ("a.example", "a.example", true), ("A.Example", "a.eXample", true), ("a.example", "a.example.", true),
    ("a.example", "b.example", false), ("*.b.example", "a.b.example", true), ("*.b.example", "b.example", false),
    ("*.b.example", "x.a.b.example", false), ("*.example", "a.example", false), ("*", "a", false),
    ("a*.b.example", "ab.b.example", false), ("a.*.example", "a.b.example", false),
    ("*.b.example", ".b.example", false), ("a.example\0.evil.example", "a.example", false),
  ])
  func matches(_ pattern: String, _ host: String, _ expected: Bool) {
    #expect(CertificateName.matches(pattern: Array(pattern.utf8), host: Array(host.utf8)) == expected)
  }
}
