import LandlineProtocol

/// The line that shows one transfer: name, bar, percent, bytes, rate, remaining time.
///
/// ```
/// holiday.mkv  [##########------]  61 %  655 MiB of 1.0 GiB  112 MiB/s  0:03 left
/// ```
struct ProgressLine {
  private static let interval = Duration.milliseconds(100)

  let name: String
  private let start: ContinuousClock.Instant
  /// Where this run began; what was there before says nothing about the speed.
  private var firstDone: Int64?
  private var lastDraw: ContinuousClock.Instant?
  private var lastDone: Int64 = 0
  private var rate = 0.0

  init(name: String, now: ContinuousClock.Instant = .now) {
    self.name = printable(name)
    start = now
  }

  /// Whether anything was drawn yet.
  var isDrawn: Bool { lastDraw != nil }

  /// The line for `done` of `total` bytes; nil when it is too early for a new one.
  mutating func moved(
    _ done: Int64, of total: Int64?, width: Int, now: ContinuousClock.Instant = .now,
    isLast: Bool = false
  ) -> String? {
    if firstDone == nil {
      firstDone = done
      lastDone = done
    }
    if !isLast {
      if let lastDraw {
        if now - lastDraw < Self.interval { return nil }
      } else if now - start < Self.interval, (total ?? 0) < 4_194_304 {
        // What is through at once needs no bar.
        return nil
      }
    }
    if isLast {
      rate = Double(done - (firstDone ?? 0)) / max((now - start).inSeconds, 0.001)
    } else if let lastDraw, now > lastDraw {
      let current = Double(done - lastDone) / (now - lastDraw).inSeconds
      rate = rate == 0 ? current : rate * 0.8 + current * 0.2
    }
    lastDraw = now
    lastDone = done
    return line(done, total, isLast ? (now - start).inSeconds : nil, width)
  }

  /// The line while something else than moving goes on; nil when it is too early for a new one.
  mutating func busy(
    _ what: String, _ done: Int64, of total: Int64, width: Int,
    now: ContinuousClock.Instant = .now
  ) -> String? {
    if let lastDraw, now - lastDraw < Self.interval { return nil }
    if lastDraw == nil && now - start < Self.interval { return nil }
    lastDraw = now
    let percent = Format.percent(done, of: total)
    return TextWidth.cut("\(name)  \(what) \(percent) %", to: width - 1)
  }

  private func line(_ done: Int64, _ total: Int64?, _ took: Double?, _ width: Int) -> String {
    guard let total else {
      return TextWidth.cut(
        "\(name)  \(Format.bytes(done))  \(Format.rate(rate))", to: width - 1)
    }
    let percent = "\(Format.percent(done, of: total))"
    var facts = String(repeating: " ", count: 3 - percent.count) + percent + " %  "
    facts += took == nil ? "\(Format.bytes(done)) of \(Format.bytes(total))" : Format.bytes(total)
    facts += "  \(Format.rate(rate))"
    if let took {
      facts += "  in \(Format.duration(Int64(took.rounded())))"
    } else if rate >= 1 {
      facts += "  \(Format.duration(Int64(Double(total - done) / rate))) left"
    }
    // The facts come first when there is little room, then the bar, then the name.
    let room = width - 1 - TextWidth.of(facts) - 4
    let shownName = TextWidth.cut(name, to: max(8, min(TextWidth.of(name), room - 14)))
    let barWidth = min(30, room - TextWidth.of(shownName))
    if barWidth < 5 { return TextWidth.cut("\(shownName)  \(facts)", to: width - 1) }
    return "\(shownName)  \(bar(done, total, barWidth - 2))  \(facts)"
  }

  private func bar(_ done: Int64, _ total: Int64, _ width: Int) -> String {
    let share = total <= 0 ? 1 : Double(done) / Double(total)
    let full = min(width, max(0, Int(share * Double(width))))
    let hashes = String(repeating: "#", count: full)
    let rest = String(repeating: "-", count: width - full)
    return Terminal.hasColor ? "[\u{1B}[32m\(hashes)\u{1B}[0m\(rest)]" : "[\(hashes)\(rest)]"
  }
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
