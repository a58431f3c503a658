import AsyncSockets
import Sockets
import Testing

@Suite("Ends of waiting", .timeLimit(.minutes(3)))
struct CancellationTests {
  @Test func deadlines() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      for _ in 0..<20 {
        let start = ContinuousClock.now
        #expect(await socketError { _ = try await one.receive(timeout: .milliseconds(3)) }?.isTimedOut == true)
        #expect(.now - start >= .milliseconds(3))
        // An earlier deadline is not this call's.
        async let bytes = one.readAll(1)
        await loop.sleep(for: .milliseconds(4))
        try await other.sendAll([5])
        #expect(try await bytes == [5])
      }
      #expect(await socketError { _ = try await one.receive(timeout: .zero) }?.isTimedOut == true)
    }
  }

  @Test func anEarlierDeadlineAfterALaterOne() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      try await other.sendAll([1])
      _ = try await one.receive(timeout: .seconds(100))
      let start = ContinuousClock.now
      #expect(await socketError { _ = try await one.receive(timeout: .milliseconds(5)) }?.isTimedOut == true)
      #expect(.now - start < .seconds(5))
    }
  }

  @Test func cancellationEndsEachCallAndLeavesTheSocket() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let receiving = Task(executorPreference: loop) { await socketError { _ = try await one.receive() } }
      await loop.sleep(for: .milliseconds(2))
      receiving.cancel()
      #expect(await receiving.value?.code == .cancelled)

      let big = [UInt8](repeating: 1, count: 50_000_000)
      let sending = Task(executorPreference: loop) { await socketError { try await one.sendAll(big) } }
      await loop.sleep(for: .milliseconds(20))
      sending.cancel()
      let error = await sending.value
      #expect(error?.code == .cancelled)
      let sent = try #require(error?.bytesSent)
      #expect(try await other.readAll(sent).count == sent)

      try await one.sendAll([9])
      #expect(try await other.readAll(1) == [9])

      let sleeping = Task { await loop.sleep(for: .seconds(1000)) }
      sleeping.cancel()
      #expect(await sleeping.value == false)
    }
  }

  /// A task that is cancelled before it waits does not wait.
  @Test func cancelledBefore() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      let task = Task(executorPreference: loop) {
        withUnsafeCurrentTask { $0?.cancel() }
        return await socketError { _ = try await one.receive() }
      }
      #expect(await task.value?.code == .cancelled)
      try await other.sendAll([1])
      #expect(try await one.readAll(1) == [1])
    }
  }

  @Test func closingWakesWhoWaits() async throws {
    try await withEventLoop { loop in
      let (one, other) = try await tcpPair(on: loop)
      for executor in [loop as any TaskExecutor, globalConcurrentExecutor] {
        let (one, other) = try await tcpPair(on: loop)
        let waiting = Task(executorPreference: executor) { await socketError { _ = try await one.receive() } }
        await loop.sleep(for: .milliseconds(2))
        one.close()
        let error = await waiting.value
        #expect(error?.code == .closed)
        #expect(await socketError { try await one.sendAll([1]) }?.code == .closed)
        one.close()
        #expect(one.isClosed)
        #expect(!other.isClosed)
      }
      one.close()
      #expect(try await other.receive() == nil)
    }
  }

  /// Ten thousand calls that end by an answer, a cancellation, a deadline or all of them at the same moment, from tasks on
  /// the loop and elsewhere: each ends, once, and what was sent is received once and in order.
  @Test func tenThousandRandomEnds() async throws {
    try await withEventLoop { loop in
      try await withThrowingTaskGroup(of: Int.self) { group in
        for seed in 0..<10 {
          group.addTask(executorPreference: seed % 2 == 0 ? loop : globalConcurrentExecutor) {
            try await Self.hammer(UInt64(seed + 1), loop)
          }
        }
        var ends = 0
        for try await one in group { ends += one }
        #expect(ends == 10_000)
      }
    }
  }

  private static func hammer(_ seed: UInt64, _ loop: EventLoop) async throws -> Int {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    func random(_ bound: UInt64) -> Int {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return Int(state % bound)
    }
    let (one, other) = try await tcpPair(on: loop)
    var sent = 0
    var received: [UInt8] = []
    for _ in 0..<1_000 {
      let timeout: Duration? = random(3) == 0 ? .microseconds(random(200)) : nil
      let isOnLoop = random(2) == 0
      let task = Task(executorPreference: isOnLoop ? loop : globalConcurrentExecutor) { () -> [UInt8] in
        do {
          guard let bytes = try await one.receive(timeout: timeout) else { return [] }
          return [UInt8](bytes)
        } catch let error as SocketError where error.code == .cancelled || error.isTimedOut {
          return []
        }
      }
      for _ in 0..<random(4) { await Task.yield() }
      if random(2) == 0 {
        try await other.sendAll([UInt8(truncatingIfNeeded: sent)])
        sent += 1
      }
      for _ in 0..<random(4) { await Task.yield() }
      task.cancel()
      received += try await task.value
    }
    other.close()
    received += try await one.readAll()
    #expect(received == (0..<sent).map { UInt8(truncatingIfNeeded: $0) })
    return 1_000
  }
}
