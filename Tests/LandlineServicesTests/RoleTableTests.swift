import LandlineProtocol
import Testing

@testable import LandlineServices

/// What a role comes to, and which hierarchies are refused.
@Suite struct RoleTableTests {
  private static let builtin = [
    Role(name: "admin", grants: ["admin"]),
    Role(name: "member", grants: ["files.read=**", "files.write=**", "chat.rooms=**"]),
    Role(name: "guest", grants: ["files.read=**"]),
  ]

  private func effective(_ table: RoleTable, _ name: String) -> [String] {
    table.resolution(of: name)?.effective.map { "\($0.grant) from \($0.role)" } ?? ["nothing"]
  }

  @Test func theMostSpecificRoleSpeaksFirstKindByKind() {
    let table = RoleTable(
      Self.builtin + [
        Role(name: "base", grants: ["files.read=a/**", "files.write=a/**"]),
        Role(name: "left", parents: ["base"], grants: ["files.write=left", "files.write=both"]),
        Role(name: "right", parents: ["base"], grants: ["files.write=right", "files.quota=1KiB"]),
        Role(name: "bottom", parents: ["left", "right"], grants: ["commands.shell"]),
      ])
    #expect(table.resolution(of: "bottom")?.linearization == ["bottom", "left", "right", "base"])
    #expect(
      effective(table, "bottom") == [
        "files.read=a/** from base", "files.write=left from left", "files.write=both from left",
        "files.quota=1KiB from right", "commands.shell from bottom",
      ])
  }

  @Test func adminSaysAllFilesAndRoomsWhereItStands() {
    let table = RoleTable(
      Self.builtin + [
        Role(name: "desk", parents: ["admin"], grants: ["files.write=desk/**"]),
        Role(name: "narrow", grants: ["files.write=narrow/**"]),
        Role(name: "first", parents: ["admin", "narrow"], grants: []),
        Role(name: "second", parents: ["narrow", "admin"], grants: []),
        Role(name: "former", parents: ["admin"], grants: ["admin=none"]),
      ])
    #expect(
      effective(table, "admin") == [
        "admin from admin", "files.read=** from admin", "files.write=** from admin", "chat.rooms=** from admin",
      ])
    #expect(effective(table, "desk").contains("files.write=desk/** from desk"))
    #expect(effective(table, "first").contains("files.write=** from admin"))
    #expect(effective(table, "second").contains("files.write=narrow/** from narrow"))
    let former = Principal(
      accountID: 1, account: "f", role: "former", credential: .device(id: "d"),
      grants: table.resolution(of: "former")?.grants ?? [])
    #expect(!former.isAdmin)
  }

  @Test func whatHasNoOrderIsRefusedAndTheRolesAreNamed() throws {
    var table = RoleTable(Self.builtin)
    for role in [
      Role(name: "x", grants: []), Role(name: "y", grants: []), Role(name: "xy", parents: ["x", "y"], grants: []),
      Role(name: "yx", parents: ["y", "x"], grants: []),
    ] {
      table = try table.defining(role)
    }
    #expect(throws: LineError.self) { try table.defining(Role(name: "z", parents: ["xy", "yx"], grants: [])) }
    do throws(LineError) {
      _ = try table.defining(Role(name: "z", parents: ["xy", "yx"], grants: []))
    } catch {
      for part in ["z", "xy puts x before y", "yx puts y before x"] { #expect(error.message.contains(part)) }
    }
    for (role, code) in [
      (Role(name: "x", parents: ["xy"], grants: []), ErrorCode.badRequest),
      (Role(name: "x", parents: ["x"], grants: []), .badRequest),
      (Role(name: "z", parents: ["y", "y"], grants: []), .badRequest),
      (Role(name: "z", parents: ["unknown"], grants: []), .notFound),
      (Role(name: "y", parents: ["x"], grants: []), .badRequest),
    ] {
      #expect(throws: LineError.self, "\(role)") { try table.defining(role) }
      do throws(LineError) { _ = try table.defining(role) } catch { #expect(error.code == code, "\(error)") }
    }
  }

  @Test func aHierarchyThatWasBrokenByHandGrantsNothingAndKeepsNobodyFromTheRest() throws {
    let table = RoleTable(
      Self.builtin + [
        Role(name: "a", parents: ["b"], grants: ["admin"]), Role(name: "b", parents: ["a"], grants: ["admin"]),
      ])
    #expect(table.resolution(of: "a") == nil)
    #expect(table.resolution(of: "member") != nil)
    let mended = try table.defining(Role(name: "a", grants: ["files.read=**"]))
    #expect(mended.resolution(of: "b")?.linearization == ["b", "a"])
  }

  @Test func aChainOfAllRolesIsNoTrouble() throws {
    let roles = (0..<1_000).map {
      Role(name: "r\($0)", parents: $0 == 0 ? [] : ["r\($0 - 1)"], grants: ["files.read=\($0)"])
    }
    #expect(RoleTable(roles).resolution(of: "r400")?.linearization.count == 401)
  }
}
