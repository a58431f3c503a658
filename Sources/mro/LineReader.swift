import Glibc

/// Lines of standard input.
struct LineReader {
  /// A line, or that there was one.
  enum Line {
    case text([UInt8])
    /// Over the greatest length; it was thrown away as it came.
    case tooLong
  }

  /// The longest line, in bytes: more than a hundred thousand classes.
  static let longestLine = 16 << 20

  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// The next line without its end; nil at the end of the input.
  mutating func next() throws(InputOutputFailure) -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    var isThere = false
    while true {
      if start == buffer.count { try fill() }
      guard start < buffer.count else { break }
      isThere = true
      let end = buffer[start...].firstIndex(of: 0x0A)
      let part = buffer[start..<(end ?? buffer.count)]
      start = end.map { $0 + 1 } ?? buffer.count
      if line.count + part.count > LineReader.longestLine {
        isTooLong = true
        line = []
      } else if !isTooLong {
        line += part
      }
      if end != nil { break }
    }
    guard isThere else { return nil }
    return isTooLong ? .tooLong : .text(line)
  }

  private mutating func fill() throws(InputOutputFailure) {
    guard !isAtEnd else { return }
    start = 0
    var count = -1
    buffer = [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, filled in
      repeat { count = read(STDIN_FILENO, bytes.baseAddress, bytes.count) } while count < 0 && errno == EINTR
      filled = max(count, 0)
    }
    guard count >= 0 else { throw InputOutputFailure("cannot read standard input") }
    isAtEnd = count == 0
  }
}
