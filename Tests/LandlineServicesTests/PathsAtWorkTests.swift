import LandlineProtocol
import Testing

@testable import LandlineServices

@Suite struct PathsAtWorkTests {
  private let paths = PathsAtWork()

  private func enter(_ path: String, account: Int64 = 1) -> PathAtWork {
    paths.enter(account: account, path: Array(path.utf8))
  }

  @Test(.timeLimit(.minutes(1))) func aRepetitionWaitsForThoseBeforeIt() async throws {
    let first = enter("a")
    let second = enter("a")
    let repetition = enter("a")
    #expect(paths.isFirst(first))
    #expect(!paths.isFirst(repetition))
    let waiting = Task { try await paths.waitForFirst(of: [repetition]) }
    // In any order, and it does not matter who says so twice.
    second.leave()
    second.leave()
    #expect(!paths.isFirst(repetition))
    first.leave()
    try await waiting.value
    #expect(paths.isFirst(repetition))
  }

  @Test func othersAreNotWaitedFor() {
    let places = [enter("a"), enter("b"), enter("a", account: 2)]
    #expect(places.allSatisfy(paths.isFirst))
  }

  @Test(.timeLimit(.minutes(1))) func oneOfManyIsEnough() async throws {
    let others = [enter("a"), enter("b")]
    let repetitions = [enter("a"), enter("b")]
    let waiting = Task { try await paths.waitForFirst(of: repetitions) }
    others[1].leave()
    try await waiting.value
    #expect(repetitions.map(paths.isFirst) == [false, true])
    others[0].leave()
  }

  @Test(.timeLimit(.minutes(1))) func whatIsDroppedGivesWay() async throws {
    var queue = [enter("a")]
    let repetition = enter("a")
    let waiting = Task { try await paths.waitForFirst(of: [repetition]) }
    queue.removeAll()
    try await waiting.value
  }

  @Test(.timeLimit(.minutes(1))) func whoIsCancelledDoesNotWait() async throws {
    let first = enter("a")
    let repetition = enter("a")
    let waiting = Task { try await paths.waitForFirst(of: [repetition]) }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    first.leave()
    #expect(paths.isFirst(repetition))
  }
}

@Suite struct SaturatingTests {
  @Test func sumsEndWhereTheRangeDoes() {
    #expect(Int64(1).addingSaturated(2) == 3)
    #expect(Int64.max.addingSaturated(1) == .max)
    #expect(Int64.max.addingSaturated(-1) == .max - 1)
    #expect(Int64.min.addingSaturated(-1) == .min)
  }
}
