import LandlineProtocol
import Testing

@testable import LandlineServices

@Suite struct GrantTests {
  @Test(arguments: [
    ("**", "", true), ("**", "a/b/c", true), ("videos/**", "videos", true), ("videos/**", "videos/a/b", true),
    ("videos/**", "video", false), ("videos/**", "videosx/a", false), ("videos/*", "videos/a", true),
    ("videos/*", "videos/a/b", false), ("videos/*", "videos", false), ("*.txt", "a.txt", true),
    ("*.txt", "a/a.txt", false), ("**/*.txt", "a/b/c.txt", true), ("**/*.txt", "c.txt", true),
    ("a/**/z", "a/z", true), ("a/**/z", "a/b/c/z", true), ("a/**/z", "a/b", false), ("a?c", "abc", true),
    ("a?c", "ac", false), ("", "", true), ("", "a", false), ("*a*b*", "xaxxbx", true), ("*a*b*", "xbxxax", false),
  ])
  func globs(_ glob: String, _ path: String, _ matches: Bool) throws {
    #expect(PathGlob(glob).matches(try RemotePath(path)) == matches)
  }

  @Test func globsThatWouldExplode() throws {
    let path = try RemotePath(Array(repeating: "a", count: 127).joined(separator: "/") + "/b")
    #expect(!PathGlob(Array(repeating: "**/a", count: 200).joined(separator: "/")).matches(path))
    let name = try RemotePath(String(repeating: "a", count: 255))
    #expect(!PathGlob(String(repeating: "*a", count: 100) + "b").matches(name))
  }

  @Test(arguments: ["admin=x", "files.read", "files.read=", "files.fly=**", "", "ADMIN"])
  func unknownGrantsGrantNothing(_ text: String) {
    #expect(Grant(text) == nil)
  }

  @Test func grantsByPath() throws {
    let clerk = Principal(
      accountID: 1, account: "c", role: "clerk", credential: .device(id: "d"),
      grants: ["files.read=videos/**", "files.write=inbox/*"].compactMap(Grant.init))
    try clerk.requireRead(RemotePath("videos/a"))
    try clerk.requireWrite(RemotePath("inbox/a"))
    for refused in [
      { try clerk.requireRead(RemotePath("")) }, { try clerk.requireRead(RemotePath("inbox/a")) },
      { try clerk.requireWrite(RemotePath("videos/a")) }, { try clerk.requireWrite(RemotePath("inbox/a/b")) },
      { try clerk.requireAdmin(to: "rule") },
    ] as [() throws -> Void] {
      #expect(throws: LineError.self, performing: refused)
    }
    try Principal.local.requireAdmin(to: "rule")
    try Principal.local.requireWrite(RemotePath("anything"))
  }
}
