import GRDB
import LandlineProtocol
import LandlineServices
import Testing

@testable import LandlineStorage

@Suite struct ChatStoreTests {
  let scratch = Scratch(in: "/dev/shm")
  let store: SQLiteStore

  init() throws {
    store = try SQLiteStore(folder: DataFolder(path: scratch.path))
  }

  func message(
    _ text: String, in room: RoomName = .room("tea"), by account: Int64 = 1, key: String? = nil, kind: ChatKind? = nil
  ) -> NewChatMessage {
    NewChatMessage(
      room: room, account: account, sender: "account\(account)", key: key, kind: kind, time: 5, text: Array(text.utf8))
  }

  func append(_ messages: NewChatMessage...) async throws -> [ChatReceipt] {
    try await store.append(messages).map { try $0.get() }
  }

  func join(_ name: String) async throws -> Account {
    let hash = Digest256.random()
    try await store.addInvite(hash: hash, role: "member", creator: nil, created: 1, expires: 1_000)
    let device = Device(id: name, name: "laptop", publicKey: Array(repeating: 1, count: 32))
    return try await store.join(invite: hash, name: name, device: device, now: 2)
  }

  @Test func numbersOfEachRoomBeginAtOneAndHaveNoGaps() async throws {
    let receipts = try await append(
      message("a"), message("b", in: .room("other")), message("c"), message("d", in: .room("other")))
    #expect(receipts.map(\.number) == [1, 1, 2, 2])
    #expect(try await append(message("e")).map(\.number) == [3])
    let entries = try await store.messages(in: .room("tea"), after: 0, limit: 10, bytes: 1_000)
    #expect(entries.map(\.text) == ["a", "c", "e"])
    #expect(entries.map(\.number) == [1, 2, 3])
    #expect(entries[0].from == "account1" && entries[0].time == 5)
    #expect(try await store.room(.room("tea"))?.last == 3)
    #expect(try await store.room(.room("nobody"))?.last == 0)
  }

  @Test func aKeyCountsOnceForAnAccountInARoom() async throws {
    let receipts = try await append(
      message("a", key: "k"), message("a", key: "k"), message("b", by: 2, key: "k"), message("c", key: "l"))
    #expect(receipts.map(\.number) == [1, 1, 2, 3])
    #expect(receipts.map(\.isNew) == [true, false, true, true])
    #expect(try await append(message("x", key: "k")).map(\.number) == [1])
    #expect(try await append(message("x", in: .room("other"), key: "k")).map(\.isNew) == [true])
    #expect(try await append(message("d"), message("d")).map(\.number) == [4, 5])
  }

  @Test func whatCannotBeStoredKeepsNothingElseFromIt() async throws {
    let results = try await store.append([
      message("a"), message("b", in: .inbox(of: "nobody")), message("c"),
    ])
    #expect(try results[0].get().number == 1)
    #expect(throws: LineError.self) { try results[1].get() }
    #expect(try results[2].get().number == 2)
    #expect(try await store.room(.inbox(of: "nobody")) == nil)
  }

  @Test func anInboxGoesWithItsAccount() async throws {
    let first = try await join("Bert")
    let receipts = try await append(message("a", in: .inbox(of: "BERT")), message("b", in: .inbox(of: "bert")))
    #expect(receipts.map(\.number) == [1, 2])
    #expect(receipts.map(\.room) == [.inbox(of: "Bert"), .inbox(of: "Bert")])
    #expect(try await store.messages(in: .inbox(of: "Bert"), after: 0, limit: 9, bytes: 99).map(\.text) == ["a", "b"])
    _ = try await store.removeAccount(named: "Bert")
    let second = try await join("Bert")
    #expect(second.id != first.id)
    #expect(try await store.messages(in: .inbox(of: "Bert"), after: 0, limit: 9, bytes: 99).isEmpty)
    #expect(try await append(message("c", in: .inbox(of: "Bert"))).map(\.number) == [1])
    let left = try await store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM chat_messages") }
    #expect(left == 1)
  }

  @Test func aTopicIsTheLastThatWasSet() async throws {
    _ = try await append(message("tea", kind: .topic), message("x"), message("milk", kind: .topic))
    #expect(try await store.room(.room("tea"))?.topic == "milk")
    _ = try await append(message("", kind: .topic))
    #expect(try await store.room(.room("tea"))?.topic == nil)
  }

  @Test func historyInBothDirections() async throws {
    for n in 1...9 { _ = try await append(message("\(n)")) }
    func after(_ number: Int64, _ limit: Int, _ bytes: Int = 1_000) async throws -> [Int64] {
      try await store.messages(in: .room("tea"), after: number, limit: limit, bytes: bytes).map(\.number)
    }
    func before(_ number: Int64, _ limit: Int, _ bytes: Int = 1_000) async throws -> [Int64] {
      try await store.messages(in: .room("tea"), before: number, limit: limit, bytes: bytes).map(\.number)
    }
    #expect(try await after(0, 3) == [1, 2, 3])
    #expect(try await after(7, 3) == [8, 9])
    #expect(try await before(.max, 3) == [7, 8, 9])
    #expect(try await before(3, 3) == [1, 2])
    #expect(try await after(0, 9, 2) == [1, 2])
    #expect(try await before(.max, 9, 2) == [8, 9])
  }

  @Test func textIsBytes() async throws {
    let text = "a\0b\u{1B}\u{2028}é"
    _ = try await append(message(text))
    #expect(try await store.messages(in: .room("tea"), after: 0, limit: 1, bytes: 99).map(\.text) == [text])
  }
}
