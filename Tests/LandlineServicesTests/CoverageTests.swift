import LandlineProtocol
import Testing

@testable import LandlineServices

/// Whether grants extend to a folder and whatever may be in it.
@Suite struct CoverageTests {
  private func principal(_ grants: [String]) -> Principal {
    Principal(
      accountID: 1, account: "c", role: "clerk", credential: .device(id: "d"), grants: grants.compactMap(Grant.init))
  }

  private func covers(_ globs: [String], _ folder: String) throws -> Bool {
    let principal = principal(globs.map { "files.write=\($0)" })
    let path = try RemotePath(folder)
    do {
      try principal.requireWrite(everythingIn: path)
    } catch {
      #expect(error.code == .forbidden)
      #expect(principal.writeRule(below: path) != nil)
      return false
    }
    #expect(principal.writeRule(below: path) == nil)
    // A grant of another kind is none of this kind.
    #expect(throws: LineError.self) { try principal.requireRead(everythingIn: path) }
    return true
  }

  @Test(arguments: [
    (["**"], "", true), (["**"], "a/b", true), (["a/**"], "a", true), (["a/**"], "a/b/c", true), (["a/**"], "", false),
    (["a/**"], "b", false), (["a/**"], "ab", false), (["a/*"], "a", false), (["a/*"], "a/b", false),
    (["a/**/*"], "a", false), (["a", "a/**/*"], "a", true), (["a/**/*"], "a/b", true), (["a", "a/*/**"], "a", true),
    (["a", "a/*", "a/*/*/**"], "a", true), (["a", "a/*/*/**"], "a", false), (["a/*/**"], "a/b", true),
    (["**/*.txt"], "a", false), (["**/*.txt"], "a.txt", false), (["*/**"], "a", true), (["?*/**"], "a", true),
    (["a", "a/?*/**"], "a", true), (["a", "a/*?/**"], "a", true), (["a", "a/??*/**"], "a", false),
    (["a", "a/?/**"], "a", false), (["**/b/**"], "a/b", true), (["**/b/**"], "a", false), (["**/**"], "a", true),
    (["a/**/b/**"], "a/x/b/y", true), (["a/**/b/**"], "a/x", false), ([], "a", false), ([""], "", false),
    (["a", "a/***"], "a", false), (["a", "a/***/**"], "a", true),
  ])
  func tables(_ globs: [String], _ folder: String, _ expected: Bool) throws {
    #expect(try covers(globs, folder) == expected)
  }

  @Test func anAdminMayEverything() throws {
    let admin = principal(["admin"])
    try admin.requireRead(everythingIn: .root)
    try admin.requireWrite(everythingIn: RemotePath("a"))
    #expect(admin.readRule(below: .root) == nil)
  }

  @Test func noNameIsLeftOutOfWhatIsCovered() throws {
    var random = SystemRandomNumberGenerator()
    let patterns = ["a", "b", "*", "**", "?", "?*", "a*", "***", "??"]
    let names = ["a", "b", "ab", "ba", "aaa", "\u{E9}"]
    func text(of pieces: [String], _ most: Int) -> String {
      (0..<Int.random(in: 0...most, using: &random)).map { _ in pieces.randomElement(using: &random)! }
        .joined(separator: "/")
    }
    var found = 0
    for _ in 0..<3_000 {
      let globs = (0..<Int.random(in: 1...3, using: &random)).map { _ in text(of: patterns, 4) }.filter { !$0.isEmpty }
      let folder = text(of: names, 2)
      guard try covers(globs, folder) else { continue }
      found += 1
      let principal = principal(globs.map { "files.write=\($0)" })
      for _ in 0..<30 {
        let below = text(of: names, 4)
        let path = [folder, below].filter { !$0.isEmpty }.joined(separator: "/")
        #expect(throws: Never.self, "\(globs) and \(path)") { try principal.requireWrite(RemotePath(path)) }
      }
    }
    #expect(found > 50)
  }

  @Test func aRuleLooksAtWholePaths() throws {
    let rule = try #require(principal(["files.read=a/*/c", "files.read=a"]).readRule(below: RemotePath("a")))
    #expect(rule(Array("x/c".utf8)))
    #expect(!rule(Array("x".utf8)))
    #expect(!rule(Array("x/c/d".utf8)))
    // Names that no path has match by their bytes, too.
    #expect(rule([0xFF, 0x0A] + Array("/c".utf8)))
  }
}
