import Synchronization

/// Lets a drawing pass ten times a second.
final class DrawingPace: Sendable {
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  func isDue(_ now: ContinuousClock.Instant) -> Bool {
    last.withLock { last in
      if let last, now - last < .milliseconds(100) { return false }
      last = now
      return true
    }
  }
}
