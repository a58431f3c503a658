internal import Synchronization

/// How many connections a server has, and may have.
final class ConnectionSlots: Sendable {
  struct State {
    var count = 0
    /// No more are given out.
    var isClosed = false
    /// Tasks that wait for a slot, or for the last connection's end. Whoever is woken looks again.
    var waiters: [UnsafeContinuation<Void, Never>] = []
  }

  private let maximum: Int
  private let state = Mutex(State())

  init(_ maximum: Int) { self.maximum = maximum }

  var count: Int { state.withLock { $0.count } }

  /// Takes a slot, if there is one.
  func take() -> Bool {
    state.withLock { state in
      guard state.count < maximum, !state.isClosed else { return false }
      state.count += 1
      return true
    }
  }

  /// Gives a slot back.
  func give() {
    state.withLock { $0.count -= 1 }
    wakeWaiters()
  }

  /// Waits until the number of connections has changed, at the latest until the task is cancelled.
  ///
  /// - Parameters:
  ///   - bound: Only as long as there are so many; returns at once when there are fewer.
  ///   - isForSlot: Returns at once, too, when no more slots are given out.
  func wait(whileAtLeast bound: Int, isForSlot: Bool = false) async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isOver = state.withLock { state in
          // In the lock, as in `Side.park`: a cancellation after this look finds the waiter.
          guard state.count >= bound, !(isForSlot && state.isClosed), !Task.isCancelled else { return true }
          state.waiters.append(continuation)
          return false
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      wakeWaiters()
    }
  }

  /// Waits for a slot; see ``wait(whileAtLeast:)``.
  func waitForSlot() async { await wait(whileAtLeast: maximum, isForSlot: true) }

  /// Gives out no more slots.
  func close() {
    state.withLock { $0.isClosed = true }
    wakeWaiters()
  }

  /// Lets everybody who waits look again.
  func wakeWaiters() {
    let waiters = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }
}
