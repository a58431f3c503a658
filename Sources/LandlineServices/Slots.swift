import Synchronization

/// A fixed number of slots for work that holds memory or descriptors; who finds none waits in line.
package final class Slots: Sendable {
  private struct State {
    var free: Int
    var lastTicket: UInt64 = 0
    /// First come, first served: tickets only grow.
    var waiters: [(ticket: UInt64, continuation: CheckedContinuation<Void, any Error>)] = []
  }

  private let state: Mutex<State>

  package init(count: Int) {
    state = Mutex(State(free: count))
  }

  /// Runs `body` in a slot.
  /// - Parameter waiting: gets what ends the waiting, as cancelling the task does; from any thread, and at any time.
  /// - Throws: what `body` throws; `CancellationError` while it waits.
  package func withSlot<Result>(
    waiting: (@escaping @Sendable () -> Void) -> Void = { _ in }, _ body: () async throws -> Result
  ) async throws -> Result {
    try await acquire(waiting)
    defer { release() }
    return try await body()
  }

  private func acquire(_ waiting: (@escaping @Sendable () -> Void) -> Void) async throws {
    let ticket = state.withLock { state in
      state.lastTicket += 1
      return state.lastTicket
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome = state.withLock { state -> Result<Void, any Error>? in
          if Task.isCancelled { return .failure(CancellationError()) }
          if state.free > 0 {
            state.free -= 1
            return .success(())
          }
          state.waiters.append((ticket, continuation))
          return nil
        }
        if let outcome { continuation.resume(with: outcome) } else { waiting { self.withdraw(ticket) } }
      }
    } onCancel: {
      withdraw(ticket)
    }
  }

  private func withdraw(_ ticket: UInt64) {
    let waiter = state.withLock { state in
      state.waiters.firstIndex { $0.ticket == ticket }.map { state.waiters.remove(at: $0) }
    }
    waiter?.continuation.resume(throwing: CancellationError())
  }

  private func release() {
    let next = state.withLock { state -> CheckedContinuation<Void, any Error>? in
      if state.waiters.isEmpty {
        state.free += 1
        return nil
      }
      // The slot goes from hand to hand, so that nobody slips in between.
      return state.waiters.removeFirst().continuation
    }
    next?.resume()
  }
}
