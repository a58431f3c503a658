import ArgumentParser

/// A length of time as people write it: `90s`, `15m`, `24h`, `7d`.
struct TimeSpan: ExpressibleByArgument {
  var seconds: Int64

  init?(argument: String) {
    let factors: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = argument.last, let factor = factors[unit],
      let count = Int64(argument.dropLast()), (1...1_000_000_000).contains(count)
    else { return nil }
    seconds = count * factor
  }
}
