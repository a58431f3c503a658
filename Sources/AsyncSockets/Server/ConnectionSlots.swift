/// How many connections a server has, and may have.
final class ConnectionSlots: Sendable {
  struct State {
    /// Slots that are taken: by connections, and by those who wait to accept one.
    var taken = 0
    var connections = 0
    /// No more are given out.
    var isClosed = false
    /// Tasks that wait for a slot, or for the last connection's end. Whoever is woken looks again.
    var waiters: [UnsafeContinuation<Void, Never>] = []
  }

  private let maximum: Int
  private let state = Locked(State())

  init(_ maximum: Int) { self.maximum = maximum }

  /// How many connections there are.
  var connections: Int { state.withLock { $0.connections } }

  /// Takes a slot, if there is one.
  func take() -> Bool {
    state.withLock { state in
      guard state.taken < maximum, !state.isClosed else { return false }
      state.taken += 1
      return true
    }
  }

  /// A connection has come for a slot that was taken.
  func connected() { state.withLock { $0.connections += 1 } }

  /// Gives a slot back.
  ///
  /// - Parameter hadConnection: The connection that it was used for has ended.
  func give(hadConnection: Bool) {
    state.withLock { state in
      state.taken -= 1
      if hadConnection { state.connections -= 1 }
    }
    wakeWaiters()
  }

  /// Waits until the number of slots that are taken has changed, at the latest until the task is cancelled.
  ///
  /// - Parameters:
  ///   - bound: Only as long as there are so many; returns at once when there are fewer.
  ///   - isForSlot: Returns at once, too, when no more slots are given out.
  func wait(whileAtLeast bound: Int, isForSlot: Bool = false) async {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let isOver = state.withLock { state in
          // In the lock, as in `Side.park`: a cancellation after this look finds the waiter.
          guard state.taken >= bound, !(isForSlot && state.isClosed), !Task.isCancelled else { return true }
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
