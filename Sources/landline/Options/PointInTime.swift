import ArgumentParser
import Glibc

/// A moment as people write it: `2h` and `7d` ago, `2026-11-21`, `2026-11-21 14:00`, `2026-11-21T14:00:30`; in local time,
/// or with a `Z` in UTC.
struct PointInTime {
  /// Since 1970.
  var seconds: Int64

  init(reading text: String) throws {
    if let span = TimeSpan(argument: text) {
      seconds = Int64(time(nil)) - span.seconds
    } else if let moment = Self.calendar(text) {
      seconds = moment
    } else {
      throw ValidationError("'\(text)' is no time: write 2h, 7d, 2026-11-21 or '2026-11-21 14:00'")
    }
  }

  private static func calendar(_ text: String) -> Int64? {
    var text = text[...]
    let isUTC = text.hasSuffix("Z")
    if isUTC { text = text.dropLast() }
    let halves = text.split(omittingEmptySubsequences: false) { $0 == " " || $0 == "T" }
    guard (1...2).contains(halves.count), let date = numbers(halves[0], "-", [4, 2, 2]), date.count == 3 else {
      return nil
    }
    var clock: [Int32] = [0, 0, 0]
    if halves.count == 2 {
      guard let given = numbers(halves[1], ":", [2, 2, 2]), given.count >= 2 else { return nil }
      clock = given + (given.count == 2 ? [0] : [])
    }
    guard (1...12).contains(date[1]), (1...31).contains(date[2]), clock[0] < 24, clock[1] < 60, clock[2] < 61 else {
      return nil
    }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (date[0] - 1_900, date[1] - 1, date[2])
    (parts.tm_hour, parts.tm_min, parts.tm_sec, parts.tm_isdst) = (clock[0], clock[1], clock[2], -1)
    return Int64(isUTC ? timegm(&parts) : mktime(&parts))
  }

  private static func numbers(_ text: Substring, _ separator: Character, _ lengths: [Int]) -> [Int32]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.count <= lengths.count else { return nil }
    var numbers: [Int32] = []
    for (part, length) in zip(parts, lengths) {
      guard part.utf8.count == length, part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int32(part)
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}
