import LandlineProtocol
import Testing

@testable import LandlineServices

/// The rest of what grants say, and which of them are at most others.
@Suite struct GrantLanguageTests {
  private func principal(_ grants: String..., ceiling: [String]? = nil) throws -> Principal {
    Principal(
      accountID: 1, account: "c", role: "clerk", credential: .token(name: "t"),
      grants: try grants.flatMap { try Grant.parse($0) }, ceiling: try ceiling?.flatMap { try Grant.parse($0) })
  }

  @Test(arguments: [
    ("files.quota=10GiB", "files.quota=10GiB"), ("files.quota=1.5k", "files.quota=1536"),
    ("files.quota=10240M", "files.quota=10GiB"), ("files.quota=0", "files.quota=0"),
    ("files.quota=none", "files.quota=none"),
    ("files.quota=1025", "files.quota=1025"), ("files.write=none", "files.write=none"),
    ("files.read=/none", "files.read=/none"),
    ("admin=none", "admin=none"), ("chat.rooms=lobby", "chat.rooms=lobby"), ("files.read=a,b=c", "files.read=a,b=c"),
  ])
  func written(_ text: String, _ again: String) throws {
    #expect(try Grant.parse(text).map(\.description) == [again])
    #expect(Grant(again)?.description == again)
  }

  @Test(arguments: [
    "files.quota=", "files.quota=x", "files.quota=-1", "files.quota=1.2345G", "files.quota=9000000T", "files.quota=1e9",
    "files.quota=.5G", "commands.run=", "commands.run=,", "commands.run=cat", "commands.run=/bin/../cat",
    "commands.run=/",
    "commands.shell=x", "admin=", "files.read=a\nb",
  ])
  func refused(_ text: String) {
    #expect(throws: LineError.self) { try Grant.parse(text) }
  }

  @Test func quotas() throws {
    #expect(try principal("files.quota=10").quota == 10)
    #expect(try principal("files.quota=none").quota == nil)
    #expect(try principal("files.quota=10", ceiling: ["files.quota=4"]).quota == 4)
    #expect(try principal("files.read=**", ceiling: ["files.quota=4"]).quota == 4)
    #expect(try principal("admin").quota == nil)
  }

  @Test func rooms() throws {
    let clerk = try principal("chat.rooms=team-*")
    #expect(clerk.mayEnter("team-a") && !clerk.mayEnter("lobby") && clerk.mayChat)
    #expect(try !principal("chat.rooms=none").mayChat)
    #expect(try principal("admin").mayEnter("any"))
    #expect(try !principal("chat.rooms=**", ceiling: ["files.read=**"]).mayEnter("lobby"))
  }

  @Test func aTokenMayDoWhatBothAllow() throws {
    let token = try principal("files.read=**", "files.write=a/**", ceiling: ["files.read=a/**", "files.write=**"])
    try token.requireRead(RemotePath("a/x"))
    try token.requireWrite(RemotePath("a/x"))
    #expect(throws: LineError.self) { try token.requireRead(RemotePath("b")) }
    #expect(throws: LineError.self) { try token.requireWrite(RemotePath("b")) }
    let rule = try #require(token.readRule(below: .root))
    #expect(rule(Array("a/x".utf8)) && !rule(Array("b/x".utf8)))
    #expect(token.readRule(below: try RemotePath("a")) == nil)
    #expect(try !principal("admin", ceiling: ["files.read=**"]).isAdmin)
  }

  @Test(arguments: [
    ("**", "a/b", true), ("a/**", "a/b/*", true), ("a/**", "a", true), ("a/*", "a/**", false), ("a/*", "a/b", true),
    ("a/?", "a/*", false), ("a/?*", "a/b*", true), ("**/x", "a/b/x", true), ("**/x", "**/x", true),
    ("a/**/z", "a/**", false),
    ("a/b", "a/b", true), ("a/b", "a/c", false), ("*", "*", true), ("a*", "*", false), ("**", "**", true),
    ("*/**", "a/**", true),
    ("*/**", "**", false),
  ])
  func containment(_ wide: String, _ narrow: String, _ isContained: Bool) {
    #expect(PathGlob(wide).contains(PathGlob(narrow)) == isContained)
  }

  @Test func whatIsAtMostWhat() throws {
    let admin = try principal("admin")
    #expect(try admin.covers(Grant.parse("files.write=**") + Grant.parse("chat.rooms=**")))
    #expect(admin.covers([Grant(.admin, .everything)]))
    #expect(try !admin.covers(Grant.parse("commands.run=/bin/cat")))
    let member = try principal("files.read=**", "files.write=in/**", "chat.rooms=lobby")
    #expect(try member.covers(Grant.parse("files.write=in/a/**") + Grant.parse("files.write=none")))
    #expect(try !member.covers(Grant.parse("files.write=**")))
    #expect(!member.covers([Grant(.admin, .everything)]))
    #expect(try !member.covers(Grant.parse("commands.shell")))
    #expect(member.covers([]))
  }
}
