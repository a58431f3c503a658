import LandlineProtocol
import Synchronization
import Testing

@testable import LandlineServices

@Suite struct ChatWriterTests {
  /// A log in memory, which says what it does.
  final class Log: ChatStore, ChatAudience {
    struct State {
      var batches: [[String]] = []
      var steps: [String] = []
      var fails = false
    }

    let state = Mutex(State())

    func append(_ messages: [NewChatMessage]) async throws -> [Result<ChatReceipt, LineError>] {
      try state.withLock { state in
        if state.fails { throw LineError(.noSpace, "full") }
        let texts = messages.map { String(decoding: $0.text, as: UTF8.self) }
        let first = state.batches.reduce(0) { $0 + $1.count }
        state.batches.append(texts)
        state.steps += texts.map { "stored \($0)" }
        return messages.indices.map { index in
          .success(ChatReceipt(room: .room("tea"), number: Int64(first + index + 1), isNew: texts[index] != "again"))
        }
      }
    }

    func room(_ name: RoomName) async throws -> ChatRoomRecord? { ChatRoomRecord() }
    func messages(in room: RoomName, after: Int64, limit: Int, bytes: Int) async throws -> [ChatEntry] { [] }
    func messages(in room: RoomName, before: Int64, limit: Int, bytes: Int) async throws -> [ChatEntry] { [] }

    func publish(_ events: [ChatEvent], in room: RoomName) {
      state.withLock { state in
        for case .message(_, let text) in events { state.steps.append("told \(String(decoding: text, as: UTF8.self))") }
      }
    }

    func waitForRoom() async {}

    func note(_ step: String) { state.withLock { $0.steps.append(step) } }
  }

  let log = Log()

  func said(_ text: String, to writer: ChatWriter) async throws -> ChatReceipt {
    try await withCheckedThrowingContinuation { continuation in
      writer.submit(
        ChatSubmission(
          NewChatMessage(
            room: .room("tea"), account: 1, sender: "ada", key: nil, kind: nil, time: 0, text: Array(text.utf8))
        ) { [log] result in
          log.note("answered \(text)")
          continuation.resume(with: result)
        })
    }
  }

  func withWriter(_ body: (ChatWriter) async throws -> Void) async throws {
    let writer = ChatWriter(store: log, flow: ChatFlow(), audiences: [log], requireSpace: {})
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await writer.run() }
      try await body(writer)
      group.cancelAll()
    }
  }

  @Test func storedThenToldThenAnswered() async throws {
    try await withWriter { writer in
      let (first, second) = (try await said("a", to: writer), try await said("b", to: writer))
      #expect([first.number, second.number] == [1, 2])
    }
    #expect(
      log.state.withLock { $0.steps } == ["stored a", "told a", "answered a", "stored b", "told b", "answered b"])
  }

  @Test func whatWasThereAlreadyIsToldToNobody() async throws {
    try await withWriter { writer in
      let receipt = try await said("again", to: writer)
      #expect(!receipt.isNew)
    }
    #expect(log.state.withLock { $0.steps } == ["stored again", "answered again"])
  }

  @Test func whatIsNotStoredIsToldToNobody() async throws {
    log.state.withLock { $0.fails = true }
    try await withWriter { writer in
      await #expect(throws: LineError(.noSpace, "full")) { try await said("a", to: writer) }
      log.state.withLock { $0.fails = false }
      let receipt = try await said("b", to: writer)
      #expect(receipt.number == 1)
    }
    #expect(log.state.withLock { $0.steps } == ["answered a", "stored b", "told b", "answered b"])
  }

  @Test func manyAtOnceGoTogetherAndInOrder() async throws {
    let writer = ChatWriter(store: log, flow: ChatFlow(), audiences: [log], requireSpace: {})
    for n in 0..<50 {
      writer.submit(
        ChatSubmission(
          NewChatMessage(
            room: .room("tea"), account: 1, sender: "ada", key: nil, kind: nil, time: 0, text: Array("\(n)".utf8))
        ) { _ in })
    }
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await writer.run() }
      _ = try await said("last", to: writer)
      group.cancelAll()
    }
    let batches = log.state.withLock { $0.batches }
    let expected = (0..<50).map { "\($0)" } + ["last"]
    #expect(Array(batches.joined()) == expected)
    #expect(batches.count <= 2)
  }

  @Test func severalAtATimeAreAllStoredInOrderHoweverManyTheyAre() async throws {
    // As many as the last time and more end a wait for more, with fewer it ends by itself.
    let counts = (0..<50).map { [8, 8, 3, 8, 12, 1][$0 % 6] }
    try await withWriter { writer in
      for (round, count) in counts.enumerated() {
        try await withThrowingTaskGroup(of: Void.self) { group in
          for _ in 0..<count { group.addTask { _ = try await said("\(round)", to: writer) } }
          try await group.waitForAll()
        }
      }
    }
    let expected = counts.enumerated().flatMap { Array(repeating: "\($0)", count: $1) }
    #expect(log.state.withLock { Array($0.batches.joined()) } == expected)
  }

  @Test func atTheEndNothingIsLeftWithoutAnAnswer() async throws {
    let writer = ChatWriter(store: log, flow: ChatFlow(), audiences: [], requireSpace: {})
    await withTaskGroup(of: Void.self) { group in
      group.cancelAll()
      group.addTask { await writer.run() }
    }
    await #expect(throws: LineError.self) { try await said("late", to: writer) }
  }
}
