import LandlineProtocol
import Synchronization

/// How many refused logins get a line of the audit log: whoever has no account can cause as many as they like, and must
/// not be able to push everything else out of it.
final class RefusedLogins: Sendable {
  /// Lines at once, and a second in the long run.
  private static let burst = 1_000
  private static let rate = 5

  private struct State {
    var room = Double(RefusedLogins.burst)
    var last = ContinuousClock.now
    var omitted: Int64 = 0
  }

  private let state = Mutex(State())

  /// - Returns: how many were left out since the last line; nil when this one is left out, too.
  func next(at now: ContinuousClock.Instant = .now) -> Int64? {
    state.withLock { state in
      state.room = min(state.room + (now - state.last) / .seconds(1) * Double(Self.rate), Double(Self.burst))
      state.last = now
      guard state.room >= 1 else {
        state.omitted += 1
        return nil
      }
      state.room -= 1
      defer { state.omitted = 0 }
      return state.omitted
    }
  }
}
