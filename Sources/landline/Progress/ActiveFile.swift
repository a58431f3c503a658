import LandlineClient
import LandlineProtocol

/// A file that is on its way.
struct ActiveFile {
  let began: ContinuousClock.Instant
  private(set) var size: Int64?
  private(set) var done: Int64 = 0
  /// What was there before this run began; it says nothing about the speed.
  private var kept: Int64?
  private var rate = RateMeter()
  /// What goes on while no bytes move, in words.
  private var phase: String?

  init(size: Int64?, at now: ContinuousClock.Instant) {
    self.size = size
    began = now
    rate.note(0, at: now)
  }

  /// Bytes that this run has moved.
  var moved: Int64 { max(0, done - (kept ?? done)) }

  mutating func note(_ event: TransferEvent) {
    switch event {
    case .moved(let done, let total):
      // The first report of a file that begins anew is of its first bytes.
      if kept == nil { kept = 0 }
      self.done = done
      if let total { size = max(total, 0) }
      phase = nil
    case .resuming(let offset, let total):
      kept = offset
      done = offset
      size = max(total, 0)
    case .hashing(let done, let total):
      phase = "looking at what is there already: \(Format.percent(done, of: total)) %"
    case .working(let done, let total):
      phase = "the server is at work: \(Format.percent(done, of: total)) %"
    case .refused: break
    }
  }

  mutating func line(_ name: String, width: Int, at now: ContinuousClock.Instant) -> String {
    rate.note(moved, at: now)
    if let phase { return TextWidth.cut("\(name)  \(phase)", to: width - 1) }
    return BarLine(name: name, done: done, total: size, rate: rate.perSecond, isStalled: rate.isStalled(at: now))
      .text(width: width)
  }

  /// The line that stays when it is through.
  func lastLine(_ name: String, size: Int64, width: Int, at now: ContinuousClock.Instant) -> String {
    let took = (now - began).inSeconds
    let rate = Double(size - min(kept ?? 0, size)) / max(took, 0.001)
    return BarLine(name: name, done: size, total: size, rate: rate, took: took).text(width: width)
  }
}
