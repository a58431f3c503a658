internal import Glibc

/// Moments on the monotonic clock, in nanoseconds; `Int64.max` is never.
enum MonotonicTime {
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }

  static var never: Int64 { .max }

  /// - Parameter duration: From now; nil for never.
  @inline(__always)
  static func after(_ duration: Duration?) -> Int64 {
    guard let duration else { return never }
    return deadline(duration)
  }

  private static func deadline(_ duration: Duration) -> Int64 {
    let (seconds, attoseconds) = duration.components
    // Half a century is never; and what is added up cannot overflow.
    guard seconds < 1_600_000_000 else { return never }
    guard seconds >= 0, attoseconds >= 0 else { return now }
    // Rounded up, so that nobody is woken before the time.
    return now + seconds * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000
  }
}
