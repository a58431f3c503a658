import LandlineProtocol
import Synchronization

/// How many bytes of content a second all connections of one account may send together, and as many receive.
///
/// Without a limit, asking is one relaxed load of an atomic. With one, who moves bytes takes them from a bucket that
/// all share, and waits until they are paid for.
public final class AccountRate: Sendable {
  /// As the server sees it.
  public enum Direction: Sendable { case receiving, sending }

  private struct State {
    /// Bytes a second; 0: no limit.
    var rate: Int64 = 0
    var receiving: TokenBucket?
    var sending: TokenBucket?
    /// Grows with each change, so that those who wait notice.
    var changes = 0
  }

  /// Pauses shorter than this are not slept, but owed: a timer is no more exact.
  private static let shortest = Duration.milliseconds(2)
  /// How long it takes at most until somebody who waits notices a cancellation or a new rate.
  private static let step = Duration.milliseconds(250)
  private static let smallestPiece = 4_096

  private let current = Atomic<Int64>(0)
  private let state = Mutex(State())

  /// - Parameter rate: bytes a second, each way; 0: no limit.
  public init(rate: Int64) {
    set(rate)
  }

  /// Whether there is anything to wait for at all.
  public var isLimited: Bool { current.load(ordering: .relaxed) > 0 }

  /// Bytes a second, each way; 0: no limit.
  public var rate: Int64 { current.load(ordering: .relaxed) }

  /// Changes the rate, also for those who wait at this moment.
  /// - Parameter rate: bytes a second, each way; 0: no limit.
  public func set(_ rate: Int64) {
    let now = ContinuousClock.now
    state.withLock { state in
      guard rate != state.rate else { return }
      state.rate = rate
      state.changes += 1
      state.receiving = Self.bucket(state.receiving, rate, now)
      state.sending = Self.bucket(state.sending, rate, now)
      current.store(rate, ordering: .relaxed)
    }
  }

  private static func bucket(_ old: TokenBucket?, _ rate: Int64, _ now: ContinuousClock.Instant) -> TokenBucket? {
    guard rate > 0 else { return nil }
    // An eighth of a second at once: smooth, and yet few timers.
    let burst = max(rate / 8, Int64(smallestPiece))
    guard var bucket = old else { return TokenBucket(rate: rate, burst: burst, at: now) }
    bucket.setRate(rate, burst: burst, at: now)
    return bucket
  }

  /// How many bytes to move in one piece, so that a slow account's pieces come often.
  /// - Parameter most: without a limit.
  public func piece(atMost most: Int) -> Int {
    let rate = rate
    return rate > 0 ? Int(min(Int64(most), max(rate / 8, Int64(Self.smallestPiece)))) : most
  }

  /// Takes `count` bytes, and waits until they are paid for.
  ///
  /// Who is cancelled does not wait any longer: what has arrived is worth keeping.
  /// - Parameter goesOn: called several times a second while it waits; false ends the wait.
  /// - Throws: what `goesOn` throws.
  public func pause(
    for count: Int, _ direction: Direction, while goesOn: () async throws -> Bool
  ) async rethrows {
    guard isLimited else { return }
    var (left, wait) = take(Int64(count), direction)
    while left > Self.shortest && !Task.isCancelled {
      let start = ContinuousClock.now
      try? await Task.sleep(for: min(left, Self.step))
      left -= .now - start
      guard try await goesOn() else { return }
      rescale(&left, since: &wait)
    }
  }

  /// As above, as long as it takes.
  public func pause(for count: Int, _ direction: Direction) async {
    await pause(for: count, direction) { true }
  }

  private func take(_ count: Int64, _ direction: Direction) -> (Duration, Wait) {
    let now = ContinuousClock.now
    return state.withLock { state in
      let pause =
        switch direction {
        case .receiving: state.receiving?.take(count, at: now)
        case .sending: state.sending?.take(count, at: now)
        }
      return (pause ?? .zero, Wait(rate: state.rate, changes: state.changes))
    }
  }

  /// What somebody who waits knows of the rate.
  private struct Wait {
    var rate: Int64
    var changes: Int
  }

  /// Fits a wait that has begun to the rate as it is now.
  private func rescale(_ left: inout Duration, since wait: inout Wait) {
    let now = state.withLock { Wait(rate: $0.rate, changes: $0.changes) }
    guard now.changes != wait.changes else { return }
    left = now.rate == 0 ? .zero : left * (Double(wait.rate) / Double(now.rate))
    wait = now
  }
}
