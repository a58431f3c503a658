import GRDB
import Glibc
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct AccountStoreTests {
  let scratch = Scratch(in: "/dev/shm")
  let store: SQLiteStore

  init() throws {
    store = try SQLiteStore(folder: DataFolder(path: scratch.path))
  }

  func invite(role: String = "member", expires: Int64 = 1_000) async throws -> Digest256 {
    let hash = Digest256.random()
    try await store.addInvite(
      hash: hash, role: role, creator: nil, created: 1, expires: expires)
    return hash
  }

  func device(_ id: String) -> Device {
    Device(id: id, name: "laptop", publicKey: Array(repeating: UInt8(id.utf8.count), count: 32))
  }

  @Test func emptyUntilTheFirstInvite() async throws {
    #expect(try await store.isEmpty())
    _ = try await invite()
    #expect(try await !store.isEmpty())
  }

  @Test func joins() async throws {
    let account = try await store.join(
      invite: invite(role: "admin"), name: "Ada", device: device("d1"), now: 10)
    #expect(account == Account(id: 1, name: "Ada", role: "admin", created: 10, seen: nil))
    let found = try #require(try await store.device(id: "d1"))
    #expect(found.account == account)
    #expect(found.device == device("d1"))
    #expect(try await store.device(id: "d2") == nil)
    #expect(try await store.account(named: "aDA") == account)
    try await store.touch(account: account.id, now: 77)
    #expect(try await store.account(named: "Ada")?.seen == 77)
  }

  @Test func refusesUnknownUsedAndExpired() async throws {
    let used = try await invite()
    let account = try await store.join(invite: used, name: "ada", device: device("d1"), now: 10)
    let expired = try await invite(expires: 50)
    for (hash, words) in [(Digest256.random(), "unknown"), (used, "used"), (expired, "expired")] {
      let error = await #expect(throws: LineError.self) {
        _ = try await store.join(invite: hash, name: "eve", device: device("d22"), now: 50)
      }
      #expect(error?.code == .unauthenticated)
      #expect(error?.message.contains(words) == true)
    }
    #expect(try await store.accounts().map(\.account) == [account])
  }

  @Test func aLostAnswerCanBeAskedForAgain() async throws {
    let hash = try await invite()
    let first = try await store.join(invite: hash, name: "ada", device: device("d1"), now: 10)
    let again = try await store.join(invite: hash, name: "ada", device: device("d1"), now: 5_000)
    #expect(again == first)
    // The same id with another key is another device.
    var forged = device("d1")
    forged.publicKey[0] ^= 1
    #expect(
      await asyncCode {
        _ = try await store.join(invite: hash, name: "ada", device: forged, now: 11)
      } == .unauthenticated)
    // And a removed account is not made again.
    #expect(try await store.removeAccount(named: "ada") == first.id)
    #expect(
      await asyncCode {
        _ = try await store.join(invite: hash, name: "ada", device: device("d1"), now: 12)
      } == .unauthenticated)
  }

  @Test func aTakenNameKeepsTheInvite() async throws {
    _ = try await store.join(invite: invite(), name: "ada", device: device("d1"), now: 10)
    let hash = try await invite()
    #expect(
      await asyncCode {
        _ = try await store.join(invite: hash, name: "ADA", device: device("d22"), now: 10)
      } == .exists)
    #expect(
      await asyncCode {
        _ = try await store.join(invite: hash, name: "bob", device: device("d1"), now: 10)
      } == .exists)
    let bob = try await store.join(invite: hash, name: "bob", device: device("d22"), now: 10)
    #expect(bob.name == "bob")
  }

  @Test func listsByName() async throws {
    for (number, name) in ["carl", "Bob", "ada"].enumerated() {
      let device = device(String(repeating: "d", count: number + 1))
      _ = try await store.join(invite: invite(), name: name, device: device, now: 10)
    }
    let accounts = try await store.accounts()
    #expect(accounts.map(\.account.name) == ["ada", "Bob", "carl"])
    #expect(accounts.map(\.devices) == [1, 1, 1])
  }

  @Test func removalTakesDevicesAndTokensAlong() async throws {
    let ada = try await store.join(invite: invite(), name: "ada", device: device("d1"), now: 10)
    let bob = try await store.join(invite: invite(), name: "bob", device: device("d22"), now: 10)
    let hash = Digest256.random()
    try await store.addToken(
      account: ada.id, name: "t", hash: hash, role: "guest", created: 20)
    try await store.addToken(
      account: bob.id, name: "t", hash: .random(), role: "guest", created: 20)
    #expect(try await store.removeAccount(named: "ADA") == ada.id)
    #expect(try await store.removeAccount(named: "ada") == nil)
    #expect(try await store.device(id: "d1") == nil)
    #expect(try await store.token(hash: hash) == nil)
    #expect(try await store.tokens(account: nil).map(\.account) == ["bob"])
    // Its id is never given again: kept uploads carry it.
    let next = try await store.join(invite: invite(), name: "ada", device: device("d1"), now: 10)
    #expect(next.id > bob.id)
    #expect(
      await asyncCode {
        try await store.addToken(
          account: ada.id, name: "t", hash: .random(), role: "guest", created: 1)
      } == .unauthenticated)
  }

  @Test func tokens() async throws {
    let ada = try await store.join(invite: invite(), name: "ada", device: device("d1"), now: 10)
    let hash = Digest256.random()
    try await store.addToken(account: ada.id, name: "b", hash: hash, role: "guest", created: 20)
    try await store.addToken(
      account: ada.id, name: "a", hash: .random(), role: "member", created: 21)
    let found = try #require(try await store.token(hash: hash))
    #expect(found.account == ada)
    #expect(
      found.token == AccessToken(name: "b", account: "ada", role: "guest", created: 20))
    #expect(try await store.tokens(account: ada.id).map(\.name) == ["a", "b"])
    #expect(try await store.tokens(account: 99).isEmpty)
    #expect(
      await asyncCode {
        try await store.addToken(
          account: ada.id, name: "a", hash: .random(), role: "guest", created: 1)
      } == .exists)
    #expect(try await store.removeToken(named: "a", account: ada.id))
    #expect(try await !store.removeToken(named: "a", account: ada.id))
    for number in 0..<999 {
      try await store.addToken(
        account: ada.id, name: "n\(number)", hash: .random(), role: "guest", created: 1)
    }
    #expect(
      await asyncCode {
        try await store.addToken(
          account: ada.id, name: "last", hash: .random(), role: "guest", created: 1)
      } == .tooMany)
  }

  @Test func roles() async throws {
    #expect(
      try await store.roles() == [
        Role(name: "admin", grants: ["admin"]), Role(name: "guest", grants: ["files.read=**"]),
        Role(name: "member", grants: ["files.read=**", "files.write=**", "chat.rooms=**"]),
      ])
  }

  @Test func keepsALimit() async throws {
    _ = try await store.join(invite: invite(), name: "Ada", device: device("d1"), now: 10)
    #expect(try await store.limitAccount(named: "ada", rate: 5_000)?.rate == 5_000)
    #expect(try await store.device(id: "d1")?.account.rate == 5_000)
    #expect(try await store.accounts().first?.account.rate == 5_000)
    #expect(try await store.limitAccount(named: "Ada", rate: nil)?.rate == .none)
    #expect(try await store.account(named: "Ada")?.rate == nil)
    #expect(try await store.limitAccount(named: "bert", rate: 1) == nil)
  }
}

@Suite struct MigrationTests {
  @Test func accountsOfTheFirstVersionStay() async throws {
    let scratch = Scratch(in: "/dev/shm")
    mkdir(scratch.path + "/landline", 0o700)
    let old = try DatabaseQueue(path: scratch.path + "/landline/landline.sqlite")
    try Schema.migrator.migrate(old, upTo: "v1")
    try await old.write {
      try $0.execute(sql: "INSERT INTO accounts (name, role, created, seen) VALUES ('ada', 'admin', 5, 6)")
    }
    try old.close()
    let store = try SQLiteStore(folder: DataFolder(path: scratch.path))
    let account = Account(id: 1, name: "ada", role: "admin", created: 5, seen: 6)
    #expect(try await store.account(named: "ada") == account)
    #expect(try await store.limitAccount(named: "ada", rate: 2_000)?.rate == 2_000)
  }
}
