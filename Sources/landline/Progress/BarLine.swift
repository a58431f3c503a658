import LandlineProtocol

/// A line that shows how far something is: name, bar, percent, bytes, rate, remaining time.
///
/// ```
/// holiday.mkv  [##########------]  61 %  655 MiB of 1.0 GiB  112 MiB/s  0:03 left
/// ```
struct BarLine {
  var name: String
  var done: Int64
  /// nil when it is not known.
  var total: Int64?
  /// Bytes a second.
  var rate: Double
  /// Whether nothing has moved for some seconds.
  var isStalled = false
  /// Seconds, when it is over.
  var took: Double?

  /// The line, no wider than `width` - 1 columns, for a full line moves some terminals' cursor.
  ///
  /// With less room less is said: first the bar goes, then the amounts, then the rest, and the percents last.
  func text(width: Int) -> String {
    let room = width - 1
    guard let total else {
      return TextWidth.cut("\(name)  \(Format.bytes(done))  \(speed)\(time(nil))", to: room)
    }
    let number = "\(Format.percent(done, of: total))"
    let percent = String(repeating: " ", count: max(0, 3 - number.count)) + number + " %"
    let amount = took == nil ? "\(Format.bytes(done)) of \(Format.bytes(total))" : Format.bytes(total)
    let full = "\(percent)  \(amount)  \(speed)\(time(total))"
    let left = room - TextWidth.of(full) - 4
    let nameWidth = TextWidth.of(name)
    let barWidth = min(30, max(left - nameWidth, min(12, left - min(nameWidth, 24))))
    if barWidth >= 8 {
      return "\(TextWidth.cut(name, to: left - barWidth))  \(bar(total, barWidth - 2))  \(full)"
    }
    for facts in [full, "\(percent)  \(speed)\(time(total))", "\(percent)\(time(total))"] {
      let left = room - TextWidth.of(facts) - 2
      if left >= min(TextWidth.of(name), 12) { return "\(TextWidth.cut(name, to: left))  \(facts)" }
    }
    return TextWidth.cut("\(TextWidth.cut(name, to: max(1, room - 7)))  \(number) %", to: room)
  }

  private var speed: String { isStalled ? "stalled" : Format.rate(rate) }

  /// How long it takes yet, or took; empty when nobody knows.
  private func time(_ total: Int64?) -> String {
    if let took { return "  in \(Format.duration(Int64(took.rounded())))" }
    guard let total, !isStalled, rate >= 1, total >= done else { return "" }
    return "  \(Format.duration(Int64(min(Double(total - done) / rate, 1e9)))) left"
  }

  private func bar(_ total: Int64, _ width: Int) -> String {
    let share = total <= 0 ? 1 : Double(done) / Double(total)
    let full = min(width, max(0, Int(share * Double(width))))
    let hashes = String(repeating: "#", count: full)
    let rest = String(repeating: "-", count: width - full)
    return Terminal.hasColor ? "[\u{1B}[32m\(hashes)\u{1B}[0m\(rest)]" : "[\(hashes)\(rest)]"
  }
}
