/// The bytes that a frame still owes, handed out as they arrive.
struct Countdown: Sendable {
  let total: Int
  private(set) var remaining: Int

  init(_ total: Int) {
    self.total = total
    remaining = total
  }

  /// Takes what the input has of the frame; nil when the input is used up or nothing remains.
  mutating func take(_ input: RawSpan, from offset: inout Int) -> Range<Int>? {
    let count = min(remaining, input.byteCount - offset)
    guard count > 0 else { return nil }
    let slice = offset..<offset + count
    offset += count
    remaining -= count
    return slice
  }
}

extension FramingError {
  static func truncated(_ frame: Countdown) -> FramingError {
    FramingError(
      .truncated,
      "the stream ended \(frame.remaining) bytes before the end of a frame of \(frame.total)")
  }
}
