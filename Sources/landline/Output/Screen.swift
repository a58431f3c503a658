import Glibc
import Synchronization

/// Whether unfinished lines stand on the terminal; read by the signal handler, hence global and atomic.
let isLineOpen = Atomic(false)

/// The two streams that people and programs read, and the block of lines that is drawn again and again.
///
/// Everything is written at once and unbuffered, for whoever waits for a line. Only while a block is on the
/// terminal, lines wait for its next drawing, which is one write: the terminal never shows half of it.
final class Screen: Sendable {
  static let shared = Screen()

  private let block = Mutex(ScreenBlock())
  private let waiting = Mutex(QuestionTime())

  private init() {}

  /// A line on standard output.
  func out(_ line: String) { write(line + "\n") }

  /// Text on standard output as it is.
  func write(_ text: String) {
    block.withLock { block in
      Self.write(Terminal.isOutputTheSame ? block.take(text) : text, to: STDOUT_FILENO)
    }
  }

  /// A line on standard error.
  func note(_ line: String) {
    let text = line.hasSuffix("\n") ? line : line + "\n"
    block.withLock { block in
      Self.write(block.take(text), to: STDERR_FILENO)
    }
  }

  /// Text on standard error without the end of its line: a question. Nothing is drawn until ``answered()``.
  func ask(_ text: String) {
    block.withLock { block in
      Self.write(block.cleared(columns: Terminal.size.columns) + text, to: STDERR_FILENO)
      block.isAsking = true
      isLineOpen.store(true, ordering: .releasing)
    }
    waiting.withLock { $0.since = .now }
  }

  /// The question's line is over.
  func answered() {
    waiting.withLock { $0.end() }
    block.withLock { $0.isAsking = false }
    isLineOpen.store(false, ordering: .releasing)
  }

  /// The time by a clock that stands still while a person is asked: nothing is moved then.
  var now: ContinuousClock.Instant {
    waiting.withLock { ($0.since ?? .now) - $0.total }
  }

  /// Draws the block anew, in place of the one drawn before, below the lines that have come meanwhile.
  /// - Parameters:
  ///   - lines: each no wider than the terminal; fewer than it has rows.
  ///   - columns: the width that they were made for; nothing is drawn when it is another by now.
  func draw(_ lines: [String], columns: Int) {
    block.withLock { block in
      if wasStopped.exchange(false, ordering: .acquiringAndReleasing) { block.forget() }
      guard columns == Terminal.size.columns, let text = block.redrawn(lines, columns: columns) else { return }
      Self.write(text, to: STDERR_FILENO)
      isLineOpen.store(!lines.isEmpty, ordering: .releasing)
    }
  }

  /// Takes the block away; what waited is written.
  func clear() {
    block.withLock { block in
      Self.write(block.cleared(columns: Terminal.size.columns), to: STDERR_FILENO)
      isLineOpen.store(false, ordering: .releasing)
    }
  }

  private static func write(_ text: String, to descriptor: Int32) {
    guard !text.isEmpty else { return }
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count > 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        var interest = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&interest, 1, 1_000)
      } else if errno != EINTR {
        // Nobody reads it any more; what was asked for still happens.
        return
      }
    }
  }
}

/// How long people took to answer.
private struct QuestionTime {
  var total = Duration.zero
  /// Of the question that is open now.
  var since: ContinuousClock.Instant?

  mutating func end() {
    if let since { total += .now - since }
    since = nil
  }
}

/// The block as it stands on the terminal, and the lines that wait to be put above it.
struct ScreenBlock {
  /// How many bytes of lines may wait.
  private static let maximumWaiting = 65_536

  /// The columns that each drawn line takes; the cursor stands at the end of the last one.
  private var widths: [Int] = []
  private var columns = 0
  private var drawn: [String] = []
  private var waiting = ""
  var isAsking = false

  /// Keeps `text` for the next drawing, if there is a block to be drawn again.
  /// - Returns: what has to be written now.
  mutating func take(_ text: String) -> String {
    if widths.isEmpty { return text }
    waiting += text
    return waiting.utf8.count > Self.maximumWaiting ? cleared(columns: Terminal.size.columns) : ""
  }

  /// Leaves the block to whoever has the terminal now.
  mutating func forget() {
    widths = []
    drawn = []
  }

  /// What takes the block off the terminal and puts what waited in its place.
  mutating func cleared(columns: Int) -> String {
    let text = widths.isEmpty ? "" : toTop(columns: columns) + "\u{1B}[J"
    defer {
      widths = []
      drawn = []
      waiting = ""
    }
    return text + waiting
  }

  /// What puts `lines` in the place of the block that stands there; nil while a question does.
  mutating func redrawn(_ lines: [String], columns new: Int) -> String? {
    if isAsking || (lines == drawn && new == columns && waiting.isEmpty) { return nil }
    var text = widths.isEmpty ? "" : toTop(columns: new)
    // Another width has broken the lines anew, or will; a part of them may be left anywhere.
    let isFresh = new != columns || !waiting.isEmpty
    if !widths.isEmpty && isFresh { text += "\u{1B}[J" }
    text += waiting
    text += lines.joined(separator: "\u{1B}[K\n")
    if !widths.isEmpty || !lines.isEmpty { text += "\u{1B}[J" }
    waiting = ""
    drawn = lines
    widths = lines.map { TextWidth.ofDrawn($0) }
    columns = new
    return text
  }

  /// From the end of the block to its beginning, also when a terminal that became narrower has broken its lines.
  private func toTop(columns: Int) -> String {
    let rows = widths.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(columns, 1)) }
    return rows > 1 ? "\r\u{1B}[\(rows - 1)A" : "\r"
  }
}
