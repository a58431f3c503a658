internal import Glibc

/// The monotonic clock, cheap enough to be read for every datagram.
enum Clock {
  /// Nanoseconds since some moment in the past.
  static var nanoseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  /// Seconds since some moment in the past; differences are right for a century.
  static var seconds: UInt32 { UInt32(truncatingIfNeeded: nanoseconds / 1_000_000_000) }
}

extension Duration {
  /// What remains until a moment of the monotonic clock; zero after it.
  static func remaining(until deadline: ContinuousClock.Instant) -> Duration {
    max(.zero, ContinuousClock.now.duration(to: deadline))
  }
}

extension Duration {
  /// At least zero and at most 292 years.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
    return max(0, overflow || carry ? (seconds < 0 ? 0 : .max) : sum)
  }
}
