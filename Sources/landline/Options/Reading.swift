import ArgumentParser

// What the parser says of a value that it cannot read is that; these say how to write it.

extension RateLimit {
  /// - Throws: `ValidationError`.
  init(reading text: String) throws {
    guard let rate = RateLimit(argument: text) else {
      throw ValidationError("write it like 500K, 10M or 1.5G: bytes a second, by 1024, at least 1K")
    }
    self = rate
  }
}

extension TimeSpan {
  /// - Throws: `ValidationError`.
  init(reading text: String) throws {
    guard let span = TimeSpan(argument: text) else {
      throw ValidationError("write it like 90s, 15m, 24h or 7d")
    }
    self = span
  }
}
