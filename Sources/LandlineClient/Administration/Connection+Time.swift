import Glibc
public import LandlineProtocol

/// A server's time, and what it says about this machine's clock.
public struct TimeReading: Sendable {
  /// What the server said.
  public var answer: TimeAnswer
  /// From the question to the answer.
  public var roundTrip: Duration
  /// How far this machine's clock is ahead of the server's (negative: behind); it may be wrong by half the round trip.
  public var offset: Duration
}

extension Connection {
  /// Asks for the time several times, and takes the answer that came back fastest: it is the one that says most about
  /// the clock (RFC 5905 section 10).
  /// - Parameter format: of strftime; nil: `%Y-%m-%d %X`.
  public func time(_ format: String? = nil, tries: Int = 5) async throws -> TimeReading {
    var best: TimeReading?
    for _ in 0..<max(tries, 1) {
      let clock = ContinuousClock.now
      let before = Duration.sinceEpoch
      let reply = try await request(.time(TimeRequest(format: format))).reply
      let roundTrip = ContinuousClock.now - clock
      guard case .time(let answer) = reply else { throw ClientError.unexpected(reply, to: "'time'") }
      guard (0..<1_000_000_000).contains(answer.nanoseconds), answer.seconds.magnitude < 1 << 53 else {
        throw ClientError(.badAnswer, "the server sent a time that is none")
      }
      let server = Duration.seconds(answer.seconds) + .nanoseconds(Int64(answer.nanoseconds))
      if roundTrip < best?.roundTrip ?? .seconds(Int64.max >> 1) {
        best = TimeReading(answer: answer, roundTrip: roundTrip, offset: before + roundTrip / 2 - server)
      }
    }
    guard let best else { throw ClientError(.badAnswer, "the server did not say what time it is") }
    return best
  }
}

extension Duration {
  /// The time of day on this machine.
  fileprivate static var sinceEpoch: Duration {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }
}
