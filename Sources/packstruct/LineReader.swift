import Glibc

/// Lines of a descriptor. One that is too long is passed over, and not kept.
struct LineReader {
  enum Line {
    case line([UInt8])
    case tooLong
  }

  private let descriptor: Int32
  private let maximumLength: Int
  private var chunk = [UInt8](repeating: 0, count: 1 << 16)
  private var unread = 0..<0
  private var line: [UInt8] = []
  private var isTooLong = false
  private var isAtEnd = false

  init(descriptor: Int32, maximumLength: Int) {
    self.descriptor = descriptor
    self.maximumLength = maximumLength
  }

  /// The next line, without its line feed; nil at the end.
  ///
  /// - Parameter beforeWaiting: Called when what has been read is used up: the time to send what was answered.
  mutating func next(beforeWaiting: () -> Void) -> Line? {
    while !isAtEnd {
      if unread.isEmpty {
        beforeWaiting()
        fill()
      }
      let end = chunk[unread].firstIndex(of: UInt8(ascii: "\n"))
      keep(chunk[unread.lowerBound..<(end ?? unread.upperBound)])
      unread = min((end ?? unread.upperBound) + 1, unread.upperBound)..<unread.upperBound
      if end != nil { return take() }
    }
    // A last line need not have a line feed.
    return line.isEmpty && !isTooLong ? nil : take()
  }

  private mutating func fill() {
    var count = 0
    repeat { count = read(descriptor, &chunk, chunk.count) } while count < 0 && errno == EINTR
    unread = 0..<max(0, count)
    isAtEnd = count <= 0
  }

  private mutating func keep(_ part: ArraySlice<UInt8>) {
    if line.count + part.count > maximumLength {
      isTooLong = true
      line = []
    } else if !isTooLong {
      line += part
    }
  }

  private mutating func take() -> Line {
    defer {
      line = []
      isTooLong = false
    }
    return isTooLong ? .tooLong : .line(line)
  }
}
