import ArgumentParser

/// A number of bytes as people write it: `4096`, `500K`, `1.5G`, `10MiB`. The units are powers of 1,024.
struct ByteCount: ExpressibleByArgument {
  var bytes: Int64

  init?(argument: String) {
    guard let bytes = Self.parse(argument) else { return nil }
    self.bytes = bytes
  }

  static func parse(_ text: String) -> Int64? {
    var rest = text.lowercased()[...]
    for end in ["ib", "b"] where rest.hasSuffix(end) {
      rest = rest.dropLast(end.count)
      break
    }
    var factor = 1.0
    if let unit = rest.last, let power = Array("kmgtp").firstIndex(of: unit) {
      factor = (0...power).reduce(1) { product, _ in product * 1_024 }
      rest = rest.dropLast()
    }
    // Double also reads "inf", "1e9" and "0x10", which nobody means.
    guard !rest.isEmpty, rest.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E }), let count = Double(rest)
    else { return nil }
    let bytes = count * factor
    return bytes < 0x1p63 ? Int64(bytes) : nil
  }
}

/// A limit in bytes a second: `500K`, `10M`, `10MiB/s`; `none` for no limit.
struct RateLimit: ExpressibleByArgument {
  /// 0: no limit.
  var bytesPerSecond: Int64

  /// What a limit may be: slower than a kibibyte a second nothing would ever end.
  static let range: ClosedRange<Int64> = 1_024...1_000_000_000_000_000

  init?(argument: String) {
    guard let rate = Self.parse(argument) else { return nil }
    bytesPerSecond = rate
  }

  static func parse(_ text: String) -> Int64? {
    if text == "none" || text == "0" { return 0 }
    let count = text.hasSuffix("/s") ? String(text.dropLast(2)) : text
    guard let bytes = ByteCount.parse(count), range.contains(bytes) else { return nil }
    return bytes
  }
}
