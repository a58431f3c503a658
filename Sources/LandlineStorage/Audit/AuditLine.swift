import Glibc
import LandlineProtocol
import LandlineServices

/// An event as a line of the audit log: `{"time":"2026-11-21T14:24:09.123Z","what":"put","account":"ada",…}`.
///
/// `time`, `what` and, where there is one, `account` come first and in this order: a reader may look at a line's
/// beginning only.
enum AuditLine {
  /// The most bytes of one text, and the most of a list's texts together; what is longer is cut, and ends in `…`.
  private static let longestText = 4_096
  private static let longestList = 8_192

  /// - Returns: the line, with its newline.
  static func encode(_ event: AuditEvent, at time: timespec) -> [UInt8] {
    var text = JSONText(capacity: 256)
    text.member("time", timeText(time))
    text.member("what", event.what)
    if let account = event.account { text.member("account", cut(account)) }
    if let role = event.role { text.member("role", cut(role)) }
    if let by = event.by { text.member("by", cut(by)) }
    if let peer = event.peer { text.member("peer", peer) }
    for (key, value) in event.details {
      switch value {
      case .text(let value): text.member(key, cut(value))
      case .number(let value): text.member(key, value)
      case .list(let values): text.member(key, cut(values))
      case .digest(let value): text.member(key, value)
      }
    }
    text.end()
    return text.bytes + [UInt8(ascii: "\n")]
  }

  /// RFC 3339, UTC, with milliseconds: such texts sort as the times do.
  static func timeText(_ time: timespec) -> String {
    var seconds = time.tv_sec
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "1970-01-01T00:00:00.000Z" }
    func digits(_ value: Int, _ count: Int) -> String {
      let text = "\(max(value, 0))"
      return String(repeating: "0", count: max(count - text.utf8.count, 0)) + text
    }
    let date =
      "\(digits(Int(parts.tm_year) + 1_900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
    let clock = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
    return "\(date)T\(clock).\(digits(time.tv_nsec / 1_000_000, 3))Z"
  }

  private static func cut(_ text: String, to most: Int = longestText) -> String {
    guard text.utf8.count > most else { return text }
    return String(decoding: text.utf8.prefix(most), as: UTF8.self) + "…"
  }

  private static func cut(_ list: [String]) -> [String] {
    var room = longestList
    var result: [String] = []
    for text in list {
      guard room > 0 else { return result + ["…"] }
      result.append(cut(text, to: min(room, longestText)))
      room -= text.utf8.count + 4
    }
    return result
  }
}
