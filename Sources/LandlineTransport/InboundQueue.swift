import NIOCore
import Synchronization

/// What has arrived and is not yet taken: filled on the event loop, emptied by one task.
///
/// Bounded by the reader's pauses: above `high` bytes the handler does not ask the channel for more, below a quarter of
/// that it does again.
final class InboundQueue: Sendable {
  private let high: Int
  private var low: Int { high / 4 }

  private struct State {
    var events = CircularBuffer<LineEvent>(initialCapacity: 4)
    var cost = 0
    var end: Result<Void, any Error>?
    var waiter: CheckedContinuation<LineEvent?, any Error>?
    var isPaused = false
  }

  private let state = Mutex(State())

  init(high: Int) {
    self.high = high
  }

  /// Adds events; wakes the task that waits.
  func push(_ events: [LineEvent]) {
    let wake = state.withLock { state -> (CheckedContinuation<LineEvent?, any Error>, LineEvent)? in
      guard state.end == nil else { return nil }
      for event in events {
        state.events.append(event)
        state.cost += event.cost
      }
      guard let waiter = state.waiter, let first = state.events.popFirst() else { return nil }
      state.cost -= first.cost
      state.waiter = nil
      return (waiter, first)
    }
    if let (waiter, event) = wake { waiter.resume(returning: event) }
  }

  /// Says that nothing follows; what is here can still be taken.
  func finish(_ end: Result<Void, any Error>) {
    let waiter = state.withLock { state -> CheckedContinuation<LineEvent?, any Error>? in
      guard state.end == nil else { return nil }
      state.end = end
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(with: end.map { nil })
  }

  /// Ends it at once: what is here is not looked at any more.
  func interrupt(_ error: any Error) {
    let waiter = state.withLock { state -> CheckedContinuation<LineEvent?, any Error>? in
      state.events.removeAll()
      state.cost = 0
      state.end = .failure(error)
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(throwing: error)
  }

  /// Whether the handler must stop reading; remembers that it did.
  func shouldPause() -> Bool {
    state.withLock { state in
      state.isPaused = state.cost >= high && state.end == nil
      return state.isPaused
    }
  }

  /// The next event and whether the handler may read again; nil at the orderly end.
  ///
  /// One task at a time may wait.
  func next() async throws -> (event: LineEvent?, resumeReading: Bool) {
    let taken = state.withLock { state -> (LineEvent, Bool)? in
      guard let event = state.events.popFirst() else { return nil }
      state.cost -= event.cost
      let resume = state.isPaused && state.cost <= low
      if resume { state.isPaused = false }
      return (event, resume)
    }
    if let taken { return taken }
    let event = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        enum Outcome {
          case now(Result<LineEvent?, any Error>)
          case waiting
        }
        let outcome = state.withLock { state -> Outcome in
          if let event = state.events.popFirst() {
            state.cost -= event.cost
            return .now(.success(event))
          }
          if let end = state.end { return .now(end.map { nil }) }
          if Task.isCancelled { return .now(.failure(CancellationError())) }
          state.waiter = continuation
          return .waiting
        }
        if case .now(let result) = outcome { continuation.resume(with: result) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume(throwing: CancellationError())
    }
    // It was empty, so reading may go on if it was paused at all.
    let resume = state.withLock { state in
      defer { state.isPaused = false }
      return state.isPaused
    }
    return (event, resume)
  }
}
