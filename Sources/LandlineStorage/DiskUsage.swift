import LandlineProtocol
import LandlineServices
import Synchronization

/// How many bytes the files of the tree and the kept uploads have, counted by a walk and from then on by what is added
/// and taken away.
///
/// People change the tree by hand as well, so it is counted again now and then, and soon after something happened of
/// which nobody knows the size.
final class DiskUsage: Sendable {
  private struct State {
    var bytes: Int64 = 0
    var isCounted = false
    /// What was added while a count is under way, which may have met it or not.
    var addedMeanwhile: Int64?
    var isStale = false
  }

  private let state = Mutex(State())

  /// Whether it was counted at least once.
  var isCounted: Bool { state.withLock { $0.isCounted } }

  /// Whether it should be counted again soon.
  var isStale: Bool { state.withLock { $0.isStale } }

  var bytes: Int64 { state.withLock { $0.bytes } }

  /// Notes that so many bytes were written, or (negative) are gone.
  func add(_ count: Int64) {
    state.withLock { state in
      state.bytes = max(state.bytes.addingSaturated(count), 0)
      if let meanwhile = state.addedMeanwhile { state.addedMeanwhile = meanwhile.addingSaturated(max(count, 0)) }
    }
  }

  /// Notes that bytes came or went, nobody knows how many.
  func recountSoon() {
    state.withLock { $0.isStale = true }
  }

  func beginCount() {
    state.withLock { state in
      state.addedMeanwhile = 0
      state.isStale = false
    }
  }

  /// Ends a count.
  /// - Parameter found: bytes that were met; nil when it could not be completed.
  func endCount(_ found: Int64?) {
    state.withLock { state in
      defer { state.addedMeanwhile = nil }
      guard let found else {
        state.isStale = true
        return
      }
      // Rather too much than too little: what was added meanwhile may have been met, or not.
      state.bytes = found.addingSaturated(state.addedMeanwhile ?? 0)
      state.isCounted = true
      if state.addedMeanwhile != 0 { state.isStale = true }
    }
  }
}
