/// A number of bytes as it is written in a grant: `4096`, `500M`, `1.5G`, `10GiB`. The units are powers of 1,024.
enum ByteQuantity {
  private static let units = ["", "K", "M", "G", "T", "P"]

  /// - Returns: nil for anything else, and for more than 2^63-1.
  static func parse(_ text: String) -> Int64? {
    var rest = text.lowercased()[...]
    for end in ["ib", "b"] where rest.hasSuffix(end) {
      rest = rest.dropLast(end.count)
      break
    }
    var factor: Int64 = 1
    if let last = rest.last, let power = "kmgtp".firstIndex(of: last) {
      factor = 1 << (10 * Int64("kmgtp".distance(from: "kmgtp".startIndex, to: power) + 1))
      rest = rest.dropLast()
    }
    let parts = rest.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = parts.first, isNumber(first), let whole = Int64(first) else { return nil }
    var (bytes, overflows) = whole.multipliedReportingOverflow(by: factor)
    if parts.count == 2 {
      // Exact, for a quota is: three digits behind the point are more than anybody writes.
      guard isNumber(parts[1]), parts[1].count <= 3, let digits = Int64(parts[1]) else { return nil }
      let scale = (0..<parts[1].count).reduce(Int64(1)) { product, _ in product * 10 }
      let (sum, overflow) = bytes.addingReportingOverflow(factor / scale * digits + factor % scale * digits / scale)
      bytes = sum
      overflows = overflows || overflow
    }
    return overflows ? nil : bytes
  }

  /// As short as it goes without losing a byte: `10GiB`, `1536MiB`, `1000`.
  static func text(_ bytes: Int64) -> String {
    var count = bytes
    var unit = 0
    while count != 0, count % 1_024 == 0, unit + 1 < units.count {
      count /= 1_024
      unit += 1
    }
    return unit == 0 ? "\(count)" : "\(count)\(units[unit])iB"
  }

  private static func isNumber(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }
}
