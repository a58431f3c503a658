import LandlineProtocol
import Testing

@testable import LandlineServices

@Suite struct ChatBacklogTests {
  let start = ContinuousClock.now

  func submission(_ account: Int64, _ text: String) -> ChatSubmission {
    ChatSubmission(
      NewChatMessage(
        room: .room("tea"), account: account, sender: "", key: nil, kind: nil, time: 0, text: Array(text.utf8))
    ) { _ in }
  }

  func texts(_ batch: [ChatSubmission]) -> [String] { batch.map { String(decoding: $0.message.text, as: UTF8.self) } }

  @Test func nothingIsNothing() {
    var backlog = ChatBacklog(flow: ChatFlow())
    let taken = backlog.take(at: start)
    #expect(taken.isEmpty && taken.next == nil && backlog.isEmpty)
  }

  @Test func accountsTakeTurnsAndEachKeepsItsOrder() {
    var backlog = ChatBacklog(flow: ChatFlow())
    for n in 0..<200 { backlog.add(submission(1, "a\(n)"), at: start) }
    backlog.add(submission(2, "b"), at: start)
    let batch = texts(backlog.take(at: start).batch)
    #expect(batch[64] == "b")
    #expect(batch.filter { $0 != "b" } == (0..<200).map { "a\($0)" })
    #expect(backlog.isEmpty)
  }

  @Test func aTransactionIsBounded() {
    var backlog = ChatBacklog(flow: ChatFlow(messages: 1_000_000))
    let text = String(repeating: "x", count: 16_384)
    for _ in 0..<200 { backlog.add(submission(1, text), at: start) }
    #expect(backlog.take(at: start).batch.count == 64)
    #expect(backlog.take(at: start).batch.count == 64)
  }

  @Test func whoSaysTooMuchIsServedLaterAndNothingIsDropped() throws {
    var backlog = ChatBacklog(flow: ChatFlow(messages: 100, burst: 1))
    for n in 0..<300 { backlog.add(submission(1, "\(n)"), at: start) }
    var now = start
    var all: [String] = []
    while !backlog.isEmpty {
      let taken = backlog.take(at: now)
      all += texts(taken.batch)
      if taken.isEmpty { now = try #require(taken.next) }
      // Others are not held up by it.
      backlog.add(submission(2, "b"), at: now)
      let others = texts(backlog.take(at: now).batch)
      #expect(others.contains("b"))
      all += others
      if now > start + .seconds(10) { break }
    }
    #expect(all.filter { $0 != "b" } == (0..<300).map(String.init))
    // A burst of 100 at once, the others at 100 a second.
    #expect(now >= start + .milliseconds(1_900))
    #expect(now <= start + .milliseconds(2_100))
  }

  @Test func bytesCountAsWell() throws {
    var backlog = ChatBacklog(flow: ChatFlow(messages: 16, burst: 1))
    for _ in 0..<4 { backlog.add(submission(1, String(repeating: "x", count: 16_384)), at: start) }
    // The second is owed.
    #expect(backlog.take(at: start).batch.count == 2)
    let taken = backlog.take(at: start)
    #expect(taken.isEmpty)
    #expect(try #require(taken.next) > start + .milliseconds(900))
  }

  @Test func whatMayNotBeSaidAnyMoreIsGoneAtOnceAndCostsNothing() throws {
    var backlog = ChatBacklog(flow: ChatFlow(messages: 10, burst: 1))
    for n in 0..<5_000 {
      var late = submission(1, "\(n)")
      if n >= 10 { late.refusal = { LineError(.forbidden, "out") } }
      backlog.add(late, at: start)
    }
    backlog.add(submission(1, "last"), at: start)
    var now = start
    var said: [String] = []
    var refused = 0
    while !backlog.isEmpty {
      let taken = backlog.take(at: now)
      #expect(taken.batch.count + taken.refused.count <= 2 * ChatBacklog.mostMessages)
      said += texts(taken.batch)
      refused += taken.refused.count
      if taken.isEmpty { now = try #require(taken.next) }
      if now > start + .seconds(5) { break }
    }
    #expect(said == (0..<10).map(String.init) + ["last"])
    #expect(refused == 4_990)
  }

  @Test func takingAllLeavesNothing() {
    var backlog = ChatBacklog(flow: ChatFlow())
    for n in 0..<3 { backlog.add(submission(Int64(n), "\(n)"), at: start) }
    #expect(texts(backlog.takeAll()).sorted() == ["0", "1", "2"])
    #expect(backlog.isEmpty && backlog.takeAll().isEmpty)
  }
}
