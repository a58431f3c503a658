import Addresses
import Synchronization

/// How many datagrams of one address are answered: no more than a person or a program needs, for the address may be
/// somebody's who did not ask; and two services that answer each other for ever are to do it slowly.
final class SourceLimit: Sendable {
  /// Answers at once, and a second in the long run.
  private static let burst = 100.0
  private static let rate = 50.0
  /// The most addresses that are remembered; then all are forgotten.
  private static let mostSources = 4_096

  private struct Source {
    var room: Double
    var last: ContinuousClock.Instant
  }

  private let sources = Mutex<[IPAddress: Source]>([:])

  /// Whether one more is answered.
  func admits(_ address: IPAddress, at now: ContinuousClock.Instant = .now) -> Bool {
    sources.withLock { sources in
      if sources.count >= Self.mostSources, sources[address] == nil { sources.removeAll() }
      var source = sources[address] ?? Source(room: Self.burst, last: now)
      source.room = min(source.room + (now - source.last) / .seconds(1) * Self.rate, Self.burst)
      source.last = now
      defer { sources[address] = source }
      guard source.room >= 1 else { return false }
      source.room -= 1
      return true
    }
  }
}
