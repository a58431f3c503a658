import LandlineProtocol
import NIOCore
import Testing

@testable import LandlineClient

@Suite struct AnswerQueueTests {
  private let lost = ClientError(.connectionLost, "lost")

  private func answer(_ id: UInt64) -> AnswerQueue.Item { .answer(Answer(id: id, .pong)) }

  private func ids(_ items: some Sequence<AnswerQueue.Item>) -> [UInt64] {
    items.compactMap { item in
      if case .answer(let answer) = item { answer.id } else { nil }
    }
  }

  @Test func whatIsThereComesAtOnce() async throws {
    let queue = AnswerQueue()
    #expect(try await queue.all(atLeast: 0).isEmpty)
    for id in 1...3 { #expect(!queue.push(answer(UInt64(id)))) }
    #expect(ids(try await queue.all(atLeast: 1)) == [1, 2, 3])
    #expect(try await queue.all(atLeast: 0).isEmpty)
  }

  @Test func wakesForEnough() async throws {
    let queue = AnswerQueue()
    async let items = queue.all(atLeast: 3)
    for id in 1...3 { _ = queue.push(answer(UInt64(id))) }
    #expect(ids(try await items) == [1, 2, 3])
  }

  @Test func wakesBeforeTheReaderWouldWait() async throws {
    let queue = AnswerQueue(high: 100_000)
    async let items = queue.all(atLeast: 1_000)
    let piece = ByteBuffer(repeating: 0, count: 50_000)
    var waits: [Bool] = []
    for _ in 0..<3 { waits.append(queue.push(.slice(piece))) }
    #expect(try await items.count >= 2)
    // Either it was woken by what made it too much, or it came later and found everything.
    #expect(waits[0] == false)
  }

  @Test func theEndComesBehindWhatIsThere() async throws {
    let queue = AnswerQueue()
    _ = queue.push(answer(1))
    queue.fail(lost)
    #expect(ids(try await queue.all(atLeast: 5)) == [1])
    await #expect(throws: ClientError.self) { try await queue.all(atLeast: 0) }
    await #expect(throws: ClientError.self) { try await queue.next() }
  }

  @Test func whoWaitsForMoreIsGivenTheRestAtTheEnd() async throws {
    let queue = AnswerQueue()
    async let items = queue.all(atLeast: 5)
    _ = queue.push(answer(1))
    queue.fail(lost)
    #expect(ids(try await items) == [1])
    await #expect(throws: ClientError.self) { try await queue.all(atLeast: 1) }
  }

  @Test func cancelled() async throws {
    let queue = AnswerQueue()
    let task = Task { try await queue.all(atLeast: 1) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    _ = queue.push(answer(1))
    #expect(ids(try await queue.all(atLeast: 1)) == [1])
  }

  @Test func abandonedItHoldsNobodyUp() async {
    let queue = AnswerQueue(high: 100_000)
    let piece = ByteBuffer(repeating: 0, count: 100_001)
    #expect(queue.push(.slice(piece)))
    async let room: Void = queue.waitForRoom()
    queue.abandon()
    await room
    #expect(!queue.push(.slice(piece)))
  }
}
