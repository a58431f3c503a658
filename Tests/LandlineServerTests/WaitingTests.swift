import LandlineProtocol
import LandlineServices
import NIOCore
import Testing

@testable import LandlineServer

/// The queues in which tasks wait for each other: nothing is lost, nobody waits for ever.
@Suite struct WaitingTests {
  @Test(.timeLimit(.minutes(1))) func aPipeLosesNothing() async throws {
    let budget = ByteBudget(limit: 4_096)
    let pipe = BodyPipe(budget: budget)
    let count = 2_000
    async let received: Int = {
      var sum = 0
      while true {
        switch try await pipe.next() {
        case .bytes(let buffers): sum += buffers.reduce(0) { $0 + $1.readableBytes }
        case .commit: return sum
        case .cancel: Issue.record("nobody sent that")
        }
      }
    }()
    for number in 0..<count {
      pipe.push(.bytes(ByteBuffer(repeating: 1, count: number % 100)))
      await budget.waitForRoom()
    }
    pipe.push(.commit(Digest256(hashing: [])))
    #expect(try await received == (0..<count).reduce(0) { $0 + $1 % 100 })
  }

  @Test(.timeLimit(.minutes(1))) func whatArrivedIsTakenBeforeTheEnd() async throws {
    let pipe = BodyPipe(budget: ByteBudget(limit: 10))
    pipe.push(.bytes(ByteBuffer(repeating: 1, count: 5)))
    pipe.end()
    guard case .bytes = try await pipe.next() else { throw LineError(.internal, "not what was sent") }
    await #expect(throws: CancellationError.self) { try await pipe.next() }
  }

  @Test(.timeLimit(.minutes(1))) func aFailureDropsWhatArrived() async throws {
    let pipe = BodyPipe(budget: ByteBudget(limit: 10))
    pipe.push(.commit(Digest256(hashing: [])))
    pipe.fail(LineError(.superseded, "gone"))
    await #expect(throws: LineError.self) { try await pipe.next() }
  }

  @Test(.timeLimit(.minutes(1))) func aClosedPipeFreesTheBudget() async {
    let budget = ByteBudget(limit: 10)
    let pipe = BodyPipe(budget: budget)
    pipe.push(.bytes(ByteBuffer(repeating: 1, count: 100)))
    async let room: Void = budget.waitForRoom()
    pipe.close()
    await room
    pipe.push(.bytes(ByteBuffer(repeating: 1, count: 100)))
    await budget.waitForRoom()
  }

  @Test(.timeLimit(.minutes(1))) func whoWaitsForASlotCanBeCancelled() async throws {
    let slots = Slots(count: 1)
    let early = CancelFlag()
    early.set()
    let late = CancelFlag()
    try await slots.withSlot {
      await #expect(throws: CancellationError.self) { try await slots.withSlot(waiting: early.onSet) {} }
      let waiting = Task { try await slots.withSlot(waiting: late.onSet) {} }
      late.set()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
    // Nobody holds it any more.
    try await slots.withSlot(waiting: early.onSet) {}
  }

  @Test(.timeLimit(.minutes(1))) func slotsAreNeverMoreThanTheyAre() async throws {
    let slots = Slots(count: 3)
    let inside = TransferCount(limit: 3)
    try await withThrowingTaskGroup { group in
      for _ in 0..<200 {
        // `begin` throws above its limit.
        group.addTask {
          try await slots.withSlot {
            try inside.begin()
            defer { inside.end() }
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(inside.value == 0)
  }

  @Test(.timeLimit(.minutes(1))) func whoIsCancelledLeavesTheLine() async throws {
    let slots = Slots(count: 1)
    try await slots.withSlot {
      let waiting = Task { try await slots.withSlot {} }
      waiting.cancel()
      await #expect(throws: CancellationError.self) { try await waiting.value }
    }
    try await slots.withSlot {}
  }
}
