import Synchronization

/// How many bytes of one connection wait for the disk. Its reader stops while there are too many.
final class ByteBudget: Sendable {
  private struct State {
    var bytes = 0
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let limit: Int
  private let state = Mutex(State())

  init(limit: Int) {
    self.limit = limit
  }

  func add(_ bytes: Int) {
    state.withLock { $0.bytes += bytes }
  }

  func release(_ bytes: Int) {
    let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
      state.bytes -= bytes
      guard state.bytes <= limit / 2 else { return nil }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Waits until less than the limit is in use. For one task.
  func waitForRoom() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isNow = state.withLock { state in
          if state.bytes <= limit || Task.isCancelled { return true }
          state.waiter = continuation
          return false
        }
        if isNow { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume()
    }
  }
}
