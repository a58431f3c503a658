/// How fast something grows, over the last seconds.
struct RateMeter {
  /// After so many seconds the past counts for about a third.
  private static let memory = 3.0

  private var last: (value: Int64, at: ContinuousClock.Instant)?
  private var rate = 0.0
  private var weight = 0.0
  private var lastGrowth: ContinuousClock.Instant?

  /// Units a second; 0 before anything is known.
  var perSecond: Double { weight > 0 ? rate / weight : 0 }

  /// Whether it has not grown for so long that its rate means nothing.
  func isStalled(at now: ContinuousClock.Instant) -> Bool {
    lastGrowth.map { now - $0 > .seconds(5) } ?? false
  }

  mutating func note(_ value: Int64, at now: ContinuousClock.Instant) {
    guard let (before, then) = last else {
      last = (value, now)
      lastGrowth = now
      return
    }
    if value > before { lastGrowth = now }
    let seconds = (now - then).inSeconds
    guard seconds > 0.01 else { return }
    // An average that forgets exponentially; the weight makes its first values right, too.
    let share = seconds / (seconds + Self.memory)
    rate += (Double(value - before) / seconds - rate) * share
    weight += (1 - weight) * share
    last = (value, now)
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
