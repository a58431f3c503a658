/// Lines of a stream of bytes, however it is cut. A value without a descriptor.
struct InputLines {
  enum Line: Hashable {
    case text(String)
    /// It is longer than a message may be, or no UTF-8.
    case mistake(String)
  }

  private let most: Int
  private var rest: [UInt8] = []
  private var isTooLong = false

  /// - Parameter most: the longest line in bytes.
  init(atMost most: Int) {
    self.most = most
  }

  /// The lines that are whole with these bytes; empty ones are passed over.
  mutating func lines(of bytes: [UInt8]) -> [Line] {
    var found: [Line] = []
    var start = 0
    while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
      keep(bytes[start..<end])
      if let line = takeLine() { found.append(line) }
      start = end + 1
    }
    keep(bytes[start...])
    return found
  }

  /// What stands behind the last end of a line.
  mutating func lastLine() -> Line? { takeLine() }

  private mutating func keep(_ bytes: ArraySlice<UInt8>) {
    // One more than a message has, for the end of a line may be two bytes.
    if rest.count + bytes.count > most + 1 { isTooLong = true }
    if isTooLong { rest = [] } else { rest += bytes }
  }

  private mutating func takeLine() -> Line? {
    defer {
      rest = []
      isTooLong = false
    }
    if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
    if isTooLong || rest.count > most { return .mistake("a line is longer than \(most) bytes, and was not sent") }
    if rest.isEmpty { return nil }
    guard let text = String(validating: rest, as: UTF8.self) else {
      return .mistake("a line is not UTF-8, and was not sent")
    }
    return .text(text)
  }
}
