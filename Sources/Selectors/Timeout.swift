internal import CSockets
internal import Glibc

/// How long a wait may last, and what remains of it when a signal has interrupted it.
struct Timeout {
  /// When the wait ends, on the monotonic clock, in nanoseconds; nil when it never does or at once.
  private let deadline: Int64?

  /// What to give the kernel: nanoseconds, or -1 for ever.
  private(set) var nanoseconds: Int64

  /// - Parameter duration: nil waits for ever; zero and less do not wait.
  init(_ duration: Duration?) {
    guard let duration else {
      nanoseconds = -1
      deadline = nil
      return
    }
    nanoseconds = max(0, duration.nanosecondsRoundedUp)
    if nanoseconds == 0 {
      deadline = nil
    } else {
      let (end, overflow) = Self.now.addingReportingOverflow(nanoseconds)
      deadline = overflow ? .max : end
    }
  }

  /// After an interruption: whether to wait on, for what remains.
  ///
  /// When the time is over, it is not: where signals come one upon the other, a last look would be
  /// interrupted as well, and never end.
  mutating func continuesAfterInterruption() -> Bool {
    guard let deadline else { return true }
    nanoseconds = deadline - Self.now
    return nanoseconds > 0
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

extension Duration {
  /// Rounded up, so that nobody is woken before the time and has to wait again; bounded at 292 years.
  fileprivate var nanosecondsRoundedUp: Int64 {
    let (seconds, attoseconds) = components
    let nanoseconds = (attoseconds + (attoseconds > 0 ? 999_999_999 : 0)) / 1_000_000_000
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    let (sum, carry) = product.addingReportingOverflow(nanoseconds)
    return overflow || carry ? (seconds < 0 ? .min : .max) : sum
  }
}
