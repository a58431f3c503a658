import LandlineProtocol
import Testing

@testable import LandlineServices

/// Commands that a role may run.
@Suite struct CommandPatternTests {
  private func principal(_ grants: String..., ceiling: [String]? = nil) throws -> Principal {
    Principal(
      accountID: 1, account: "c", role: "clerk", credential: .device(id: "d"),
      grants: try grants.flatMap { try Grant.parse($0) }, ceiling: try ceiling?.flatMap { try Grant.parse($0) })
  }

  @Test(arguments: [
    ("/bin/cat", ["/bin/cat"], true), ("/bin/cat", ["/bin/cat", "; rm -rf /", "$(id)", "a\nb"], true),
    ("/bin/cat", ["/bin/cat2"], false), ("/bin/cat", ["/usr/bin/cat"], false), ("/bin/cat", ["cat"], false),
    ("/bin/cat", ["/bin/../bin/cat"], false), ("/bin/cat", ["/bin//cat"], false), ("/bin/cat", ["/bin/cat/"], false),
    ("/bin/date \"\"", ["/bin/date"], true), ("/bin/date \"\"", ["/bin/date", "-u"], false),
    ("/bin/date \"\"", ["/bin/date", ""], false),
    ("/bin/a restart web-*", ["/bin/a", "restart", "web-1"], true),
    ("/bin/a restart web-*", ["/bin/a", "restart", "web-"], true),
    ("/bin/a restart web-*", ["/bin/a", "restart", "db"], false),
    ("/bin/a restart web-*", ["/bin/a", "restart"], false),
    ("/bin/a restart web-*", ["/bin/a", "restart", "web-1", "more"], false),
    ("/bin/git log **", ["/bin/git", "log"], true), ("/bin/git log **", ["/bin/git", "log", "-p", "x"], true),
    ("/bin/git log **", ["/bin/git", "push"], false), ("/bin/git **", ["/bin/git"], true),
    ("/bin/*", ["/bin/ls"], true), ("/bin/*", ["/bin/a/b"], false), ("/bin/*", ["/bin/.."], false),
    ("/bin/a ?", ["/bin/a", "x"], true), ("/bin/a ?", ["/bin/a", "xy"], false),
    (#"/bin/a\ b x\,y \*"#, ["/bin/a b", "x,y", "*"], true), (#"/bin/a\ b x\,y \*"#, ["/bin/a b", "x,y", "z"], false),
    ("/bin/a a/*", ["/bin/a", "a/b/c"], true),
  ])
  func matches(_ pattern: String, _ command: [String], _ isAllowed: Bool) throws {
    #expect(try principal("commands.run=" + pattern).mayRun(command) == isAllowed)
  }

  @Test func severalBetweenCommas() throws {
    let grants = try Grant.parse("commands.run=/usr/bin/env,/bin/cat -n *")
    #expect(grants.map(\.description) == ["commands.run=/usr/bin/env", "commands.run=/bin/cat -n *"])
  }

  @Test func whatIsNoCommandIsRefusedWithAReason() throws {
    let clerk = try principal("commands.run=/bin/*")
    for (command, code) in [
      ([], ErrorCode.badRequest), ([""], .badRequest), (["/bin/cat", "a\0b"], .badRequest),
      (["/bin/c\0at"], .badRequest),
      (["cat"], .badPath), (["../bin/cat"], .badPath), (["/bin/../bin/cat"], .badPath), (["/bin/./cat"], .badPath),
      (["/bin//cat"], .badPath), (["/sbin/cat"], .forbidden),
    ] as [([String], ErrorCode)] {
      do throws(LineError) {
        try clerk.requireRun(command)
        Issue.record("\(command) is allowed")
      } catch {
        #expect(error.code == code, "\(command): \(error)")
      }
    }
    try clerk.requireRun(["/bin/cat", "; rm -rf /"])
  }

  @Test func anAdminHasNoCommands() throws {
    #expect(try !principal("admin").mayRun(["/bin/true"]))
    #expect(try !principal("admin").mayUseShell)
    #expect(!Principal.local.mayRun(["/bin/true"]))
    #expect(try principal("admin", "commands.shell").mayUseShell)
    #expect(try !principal("commands.shell=none").mayUseShell)
  }

  @Test func aTokenMayRunWhatBothAllow() throws {
    let token = try principal("commands.run=/bin/*", "commands.shell", ceiling: ["commands.run=/bin/cat"])
    #expect(token.mayRun(["/bin/cat", "x"]))
    #expect(!token.mayRun(["/bin/ls"]))
    #expect(!token.mayUseShell)
  }

  @Test(arguments: [
    ("/bin/cat", "/bin/cat x", true), ("/bin/cat x", "/bin/cat", false), ("/bin/*", "/bin/cat", true),
    ("/bin/cat", "/bin/*", false), ("/bin/cat **", "/bin/cat", true), ("/bin/cat", "/bin/cat **", true),
    ("/bin/cat a*", "/bin/cat ab*", true), ("/bin/cat a?", "/bin/cat a*", false),
    ("/bin/cat x **", "/bin/cat x y", true),
    ("/bin/cat x", "/bin/cat x **", false), ("/bin/cat \"\"", "/bin/cat \"\"", true),
    ("/bin/cat \"\"", "/bin/cat", false),
  ])
  func containment(_ wide: String, _ narrow: String, _ isContained: Bool) throws {
    #expect(try principal("commands.run=" + wide).covers(Grant.parse("commands.run=" + narrow)) == isContained)
  }
}
