/// The last few samples of a counter that only grows, and how fast it grew over them.
struct RateRing {
  typealias Instant = ContinuousClock.Instant

  private struct Sample {
    var time: Instant
    var total: Int64
  }

  /// With a sample a second: over so many seconds.
  static let length = 5

  private var samples: [Sample] = []
  private var next = 0

  /// Notes the counter's value.
  mutating func note(_ total: Int64, at time: Instant) {
    let sample = Sample(time: time, total: total)
    if samples.count < Self.length {
      samples.append(sample)
    } else {
      samples[next] = sample
    }
    next = (next + 1) % Self.length
  }

  /// Growth a second from the oldest sample to `total` now.
  /// - Parameter start: when counting began, from 0: for a counter without samples.
  func rate(_ total: Int64, at time: Instant, since start: Instant) -> Int64 {
    let oldest =
      samples.count == Self.length ? samples[next] : samples.first ?? Sample(time: start, total: 0)
    let seconds = (time - oldest.time) / .seconds(1)
    // Of less than this nothing can be said; a burst would look like a rate.
    guard seconds >= 0.1 else { return 0 }
    return Int64(Double(max(total - oldest.total, 0)) / seconds)
  }
}
