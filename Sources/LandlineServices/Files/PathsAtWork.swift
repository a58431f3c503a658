import Synchronization

/// The names that whole puts are at work on, so that the repetition of one whose answer was lost can wait for it.
final class PathsAtWork: Sendable {
  private struct State {
    /// How many puts are at work on a path.
    var counts: [[UInt8]: Int] = [:]
    var waiters: [(paths: [[UInt8]], continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  func enter(_ paths: [[UInt8]]) {
    state.withLock { state in
      for path in paths { state.counts[path, default: 0] += 1 }
    }
  }

  func leave(_ paths: [[UInt8]]) {
    let free = state.withLock { state in
      for path in paths {
        let left = (state.counts[path] ?? 1) - 1
        state.counts[path] = left > 0 ? left : nil
      }
      if state.waiters.isEmpty { return [CheckedContinuation<Void, Never>]() }
      let counts = state.counts
      let isFree = { (paths: [[UInt8]]) in paths.allSatisfy { counts[$0] == nil } }
      defer { state.waiters.removeAll { isFree($0.paths) } }
      return state.waiters.filter { isFree($0.paths) }.map(\.continuation)
    }
    for waiter in free { waiter.resume() }
  }

  /// Waits until nobody is at work on any of `paths`.
  func waitUntilFree(_ paths: [[UInt8]]) async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if paths.allSatisfy({ state.counts[$0] == nil }) { return true }
        state.waiters.append((paths, continuation))
        return false
      }
      if isFree { continuation.resume() }
    }
  }
}
