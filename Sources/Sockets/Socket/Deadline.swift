internal import CSockets
internal import Glibc

/// A moment on the monotonic clock, which no one can set back, in nanoseconds.
struct Deadline {
  private let moment: Int64

  private init(moment: Int64) { self.moment = moment }

  /// Never.
  static let never = Deadline(moment: .max)

  /// So many nanoseconds from now; never for a negative number.
  init(after nanoseconds: Int64) {
    guard nanoseconds >= 0 else {
      self = .never
      return
    }
    let (sum, overflow) = Self.now.addingReportingOverflow(nanoseconds)
    moment = overflow ? .max : sum
  }

  /// Nanoseconds from now, not below 0; -1 when it never comes.
  var remaining: Int64 { moment == .max ? -1 : max(0, moment - Self.now) }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

extension Duration {
  /// Rounded up, so that a timeout is never shorter than asked for; at most 292 years.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else { return seconds < 0 ? .min : .max }
    let rest = attoseconds / 1_000_000_000 + (attoseconds % 1_000_000_000 > 0 ? 1 : 0)
    let (sum, more) = whole.addingReportingOverflow(rest)
    return more ? .max : sum
  }
}
