import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct RoleStoreTests {
  private let scratch = Scratch(in: "/dev/shm")
  private let store: SQLiteStore

  init() throws {
    store = try SQLiteStore(folder: DataFolder(path: scratch.path))
  }

  private func code(_ body: () async throws -> Void) async -> ErrorCode? {
    do {
      try await body()
      return nil
    } catch {
      return (error as? LineError)?.code
    }
  }

  private func join(_ name: String, _ role: String) async throws -> Account {
    let invite = Digest256.random()
    try await store.addInvite(hash: invite, role: role, creator: nil, created: 1, expires: Int64.max)
    let device = Device(id: name, name: "d", publicKey: [UInt8](repeating: UInt8(name.utf8.count), count: 32))
    return try await store.join(invite: invite, name: name, device: device, now: 2)
  }

  @Test func definedAndDefinedAnew() async throws {
    let role = Role(
      name: "r", parents: ["guest", "member"], grants: ["files.write=a b/**", "commands.run=/bin/x \"\""])
    #expect(try await store.defineRole(role))
    #expect(try await store.roles().contains(role))
    #expect(try await !store.defineRole(Role(name: "r", grants: [])))
    #expect(try await store.roles().map(\.name) == ["admin", "guest", "member", "r"])
  }

  @Test func inUse() async throws {
    _ = try await store.defineRole(Role(name: "r", grants: []))
    let account = try await join("ada", "r")
    #expect(await code { try await store.removeRole(named: "r") } == .notEmpty)
    #expect(try await store.setRole("guest", ofAccount: "ADA")?.role == "guest")
    try await store.addToken(account: account.id, name: "t", hash: .random(), role: "r", created: 1)
    #expect(await code { try await store.removeRole(named: "r") } == .notEmpty)
    #expect(try await store.token(named: "t", account: account.id)?.account.role == "guest")
    _ = try await store.removeToken(named: "t", account: account.id)
    let now = Int64(time(nil))
    try await store.addInvite(hash: .random(), role: "r", creator: nil, created: 1, expires: now - 5)
    try await store.removeRole(named: "r")
    #expect(await code { try await store.removeRole(named: "r") } == .notFound)
  }

  @Test func nobodyGetsARoleThatIsGone() async throws {
    let account = try await join("ada", "member")
    #expect(
      await code { try await store.addInvite(hash: .random(), role: "r", creator: nil, created: 1, expires: 2) }
        == .notFound)
    #expect(await code { _ = try await store.setRole("r", ofAccount: "ada") } == .notFound)
    #expect(
      await code { try await store.addToken(account: account.id, name: "t", hash: .random(), role: "r", created: 1) }
        == .notFound)
    #expect(try await store.setRole("guest", ofAccount: "nobody") == nil)
  }
}
