import Synchronization

/// Something that may happen very often, and is worth a word only now and then.
final class Occasion: Sendable {
  private let interval: Duration
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  init(every interval: Duration) {
    self.interval = interval
  }

  /// Whether a word is due; then the next one is only after the interval.
  func isDue(at now: ContinuousClock.Instant = .now) -> Bool {
    last.withLock { last in
      if let last, now - last < interval { return false }
      last = now
      return true
    }
  }
}
