import Glibc
import LandlineProtocol

/// Numbers and times for people.
enum Format {
  /// `0 B`, `999 B`, `1.5 KiB`, `1.0 GiB`.
  static func bytes(_ count: Int64) -> String {
    if count < 1_024 { return "\(max(count, 0)) B" }
    var value = Double(count)
    var unit = ""
    for next in ["KiB", "MiB", "GiB", "TiB", "PiB"] where value >= 1_024 {
      value /= 1_024
      unit = next
    }
    return "\(oneDecimal(value)) \(unit)"
  }

  private static func oneDecimal(_ value: Double) -> String {
    if value >= 100 { return "\(Int(value))" }
    let tenths = Int(value * 10)
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// `1,234`.
  static func count(_ number: Int) -> String {
    var text = ""
    for (place, digit) in "\(number)".reversed().enumerated() {
      if place > 0 && place % 3 == 0 && digit != "-" { text = "," + text }
      text = "\(digit)" + text
    }
    return text
  }

  /// `1 file`, `2 files`, `1,234 files`.
  static func count(_ number: Int, _ noun: String) -> String {
    "\(count(number)) \(noun)\(number == 1 ? "" : "s")"
  }

  static func rate(_ bytesPerSecond: Double) -> String {
    bytes(Int64(min(bytesPerSecond, 1e15))) + "/s"
  }

  /// `0:07`, `12:34`, `1:02:03`, `3 d`.
  static func duration(_ seconds: Int64) -> String {
    func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    if seconds >= 172_800 { return "\(seconds / 86_400) d" }
    let minutes = seconds / 60
    if minutes >= 60 { return "\(minutes / 60):\(two(minutes % 60)):\(two(seconds % 60))" }
    return "\(minutes):\(two(seconds % 60))"
  }

  /// Whole percents; 100 only when it is all.
  static func percent(_ done: Int64, of total: Int64) -> Int {
    // Both may be numbers that a peer has made up.
    total <= 0 ? 100 : Int(min(max(Double(done) / Double(total), 0), 1) * 100)
  }

  /// `2026-11-21 05:24` in local time.
  static func time(_ seconds: Int64) -> String {
    var moment = time_t(seconds)
    var parts = tm()
    guard localtime_r(&moment, &parts) != nil else { return "\(seconds)" }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Rows with their columns in line, but for the last one's end.
  /// - Parameter right: the columns whose cells end in line.
  static func table(_ rows: [[String]], right: Set<Int> = []) -> [String] {
    let widths = rows.reduce(into: [Int]()) { widths, row in
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], TextWidth.of(cell))
      }
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let blanks = String(repeating: " ", count: widths[column] - TextWidth.of(cell))
        if right.contains(column) { return blanks + cell }
        return column == row.count - 1 ? cell : cell + blanks
      }.joined(separator: "  ").trimmedEnd
    }
  }
}

extension String {
  /// Without blanks at its end.
  fileprivate var trimmedEnd: String {
    var text = self
    while text.utf8.last == UInt8(ascii: " ") { text.unicodeScalars.removeLast() }
    return text
  }
}

/// How many columns text takes on a terminal.
enum TextWidth {
  static func of(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + of($1) }
  }

  /// Of a line that may have colours in it (ECMA-48 CSI sequences), which take no columns.
  static func ofDrawn(_ text: String) -> Int {
    var columns = 0
    var isSequence = false
    for scalar in text.unicodeScalars {
      if scalar == "\u{1B}" {
        isSequence = true
      } else if isSequence {
        isSequence = !(("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar))
      } else {
        columns += of(scalar)
      }
    }
    return columns
  }

  /// `text`, cut at the end so that it takes `width` columns at most.
  static func cut(_ text: String, to width: Int) -> String {
    guard of(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      let columns = of(String(character))
      if used + columns > width - 1 { break }
      result.append(character)
      used += columns
    }
    return result + "…"
  }

  /// An approximation of Unicode Annex 11 that is right for what is common in names.
  private static func of(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
      return 2
    default:
      return 1
    }
  }
}
