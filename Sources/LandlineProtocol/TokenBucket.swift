/// A bound on bytes a second, as a value without a clock: it is told the time and answers with how long to wait.
///
/// Who takes more than there is goes into debt and waits until that is paid, so no amount is too large for it, and
/// those who share a bucket are served in the order in which they took.
///
/// ```swift
/// var bucket = TokenBucket(rate: 1_048_576, burst: 65_536, at: .now)
/// let pause = bucket.take(piece.count, at: .now)
/// if pause > .zero { try await Task.sleep(for: pause) }
/// ```
public struct TokenBucket: Hashable, Sendable {
  public typealias Instant = ContinuousClock.Instant

  /// Bytes a second.
  public private(set) var rate: Int64
  /// How many bytes can be saved up while nobody takes any.
  public private(set) var burst: Int64
  /// When all that was taken is paid for. Before now: how much is saved up.
  private var paidAt: Instant

  /// A full bucket.
  /// - Parameters:
  ///   - rate: bytes a second; less than 1 counts as 1.
  ///   - burst: the most that can be taken at once without waiting, in bytes.
  ///   - now: the time.
  public init(rate: Int64, burst: Int64, at now: Instant) {
    self.rate = max(rate, 1)
    self.burst = max(burst, 0)
    paidAt = now - Self.time(for: self.burst, at: self.rate)
  }

  /// Takes `count` bytes, in any case.
  /// - Returns: how long to wait before going on; zero while there was enough.
  public mutating func take(_ count: Int64, at now: Instant) -> Duration {
    paidAt = max(paidAt, now - Self.time(for: burst, at: rate)) + Self.time(for: max(count, 0), at: rate)
    return max(paidAt - now, .zero)
  }

  /// Gives back what was taken and not used.
  public mutating func giveBack(_ count: Int64) {
    paidAt -= Self.time(for: max(count, 0), at: rate)
  }

  /// Changes the rate; the debt in bytes stays.
  public mutating func setRate(_ newRate: Int64, burst newBurst: Int64, at now: Instant) {
    let debt = paidAt - now
    let scale = Double(rate) / Double(max(newRate, 1))
    rate = max(newRate, 1)
    burst = max(newBurst, 0)
    paidAt = now + max(debt * scale, .zero - Self.time(for: burst, at: rate))
  }

  private static func time(for count: Int64, at rate: Int64) -> Duration {
    let (seconds, rest) = count.quotientAndRemainder(dividingBy: rate)
    // A remainder is below the rate, so the fraction is below one second.
    return .seconds(seconds) + .nanoseconds(Int64(Double(rest) / Double(rate) * 1_000_000_000))
  }
}
