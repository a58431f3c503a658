import NIOCore
import Synchronization

/// What is to be sent: filled by any task, emptied by the event loop in as few writes as possible.
///
/// Bounded: who wants to add while more than `high` bytes wait is held until `low`.
final class OutboundQueue: Sendable {
  static let high = 1_048_576
  static let low = 524_288

  struct Message: Sendable {
    var head: [UInt8]
    var body: ByteBuffer?

    var count: Int { head.count + (body?.readableBytes ?? 0) }
  }

  private struct State {
    var messages: [Message] = []
    /// Bytes in `messages` and bytes given to the channel and not yet written by it.
    var waiting = 0
    var isFlushScheduled = false
    var end: (any Error)?
    var isSealed = false
    var nextWaiter = 0
    var waiters: [Int: CheckedContinuation<Void, any Error>] = [:]
    var drainWaiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// Adds a message.
  /// - Returns: whether the event loop must be asked to flush.
  func add(_ message: Message) throws -> Bool {
    try state.withLock { state in
      if let end = state.end { throw end }
      if state.isSealed { throw LineTransportError.closed }
      state.messages.append(message)
      state.waiting += message.count
      defer { state.isFlushScheduled = true }
      return !state.isFlushScheduled
    }
  }

  /// Counts bytes that go to the channel without having been here.
  func count(_ bytes: Int) {
    state.withLock { $0.waiting += bytes }
  }

  /// Takes all messages, for the event loop to write.
  func takeAll() -> [Message] {
    state.withLock { state in
      state.isFlushScheduled = false
      defer { state.messages = [] }
      return state.messages
    }
  }

  /// Notes that the channel has written `count` bytes; wakes those who wait for room.
  func wrote(_ count: Int) {
    let (waiters, drained) = state.withLock { state in
      state.waiting -= count
      var waiters: [CheckedContinuation<Void, any Error>] = []
      var drained: [CheckedContinuation<Void, Never>] = []
      if state.waiting <= Self.low {
        waiters = Array(state.waiters.values)
        state.waiters = [:]
      }
      if state.waiting == 0 {
        drained = state.drainWaiters
        state.drainWaiters = []
      }
      return (waiters, drained)
    }
    for waiter in waiters { waiter.resume() }
    for waiter in drained { waiter.resume() }
  }

  /// Refuses further messages; those that are here are sent. Who waits for room is told that there will be none.
  func seal() {
    let waiters = state.withLock { state in
      state.isSealed = true
      defer { state.waiters = [:] }
      return Array(state.waiters.values)
    }
    for waiter in waiters { waiter.resume(throwing: LineTransportError.closed) }
  }

  var hasRoom: Bool { state.withLock { $0.waiting <= Self.high } }

  /// Ends it: who waits and who adds from now on is told `error`.
  func fail(_ error: any Error) {
    let (waiters, drained) = state.withLock { state in
      if state.end == nil { state.end = error }
      state.messages = []
      defer {
        state.waiters = [:]
        state.drainWaiters = []
      }
      return (Array(state.waiters.values), state.drainWaiters)
    }
    for waiter in waiters { waiter.resume(throwing: error) }
    for waiter in drained { waiter.resume() }
  }

  /// Waits until there is room.
  func waitForRoom() async throws {
    let number = state.withLock { state -> Int? in
      if state.waiting <= Self.high { return nil }
      state.nextWaiter += 1
      return state.nextWaiter
    }
    // Nearly always there is; then nothing is allocated and nobody is asked.
    guard let number else { return }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome = state.withLock { state -> Result<Void, any Error>? in
          if let end = state.end { return .failure(end) }
          if state.isSealed { return .failure(LineTransportError.closed) }
          if state.waiting <= Self.high { return .success(()) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiters[number] = continuation
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.resume(throwing: CancellationError())
    }
  }

  /// Waits until everything is written, or the connection has ended.
  func waitUntilDrained() async {
    await withCheckedContinuation { continuation in
      let done = state.withLock { state in
        if state.waiting == 0 || state.end != nil { return true }
        state.drainWaiters.append(continuation)
        return false
      }
      if done { continuation.resume() }
    }
  }
}
