/// A line that is being typed, and those typed before. A value without a terminal.
///
/// The cursor moves, and takes away, by what people see as one character (UAX 29), whatever it is made of.
struct LineEditor {
  /// What a key has led to.
  enum Outcome: Hashable, Sendable {
    /// The line has changed, or the cursor has moved.
    case changed
    case unchanged
    /// The line is finished; the editor is empty again.
    case entered(String)
    /// The person wants to end: by Ctrl-C on an empty line.
    case interrupted
    /// By Ctrl-D on an empty line.
    case ended
    case redraw
    case suspend
  }

  /// How many typed lines are kept.
  private static let mostLines = 500

  /// The longest line in bytes.
  private let most: Int
  private(set) var text: [Character] = []
  /// Before which character it stands.
  private(set) var cursor = 0
  private var bytes = 0
  private var lines: [String] = []
  /// Which of `lines` is shown; their count for the line that is new.
  private var shown = 0
  /// The new line, while another one is shown.
  private var draft = ""
  private var cut: [Character] = []

  /// - Parameter most: the longest line in bytes of UTF-8.
  init(atMost most: Int) {
    self.most = most
  }

  mutating func press(_ key: Key) -> Outcome {
    switch key {
    case .character(let scalar): return insert(scalar)
    case .enter: return enter()
    case .backspace: return remove(max(cursor - 1, 0)..<cursor)
    case .delete: return remove(cursor..<min(cursor + 1, text.count))
    case .left: return move(to: cursor - 1)
    case .right: return move(to: cursor + 1)
    case .wordLeft: return move(to: wordStart)
    case .wordRight: return move(to: wordEnd)
    case .home: return move(to: 0)
    case .end: return move(to: text.count)
    case .up: return show(shown - 1)
    case .down: return show(shown + 1)
    case .cutToEnd: return cut(cursor..<text.count)
    case .cutToStart: return cut(0..<cursor)
    case .cutWordLeft: return cut(wordStart..<cursor)
    case .cutWordRight: return cut(cursor..<wordEnd)
    case .paste:
      return cut.flatMap { Array($0.unicodeScalars) }.reduce(.unchanged) { insert($1) == .changed ? .changed : $0 }
    case .redraw: return .redraw
    case .suspend: return .suspend
    case .interrupt:
      if text.isEmpty { return .interrupted }
      set("")
      shown = lines.count
      return .changed
    case .endOfInput: return text.isEmpty ? .ended : remove(cursor..<min(cursor + 1, text.count))
    }
  }

  private mutating func insert(_ scalar: Unicode.Scalar) -> Outcome {
    let size = UTF8.width(scalar)
    guard bytes + size <= most else { return .unchanged }
    bytes += size
    if cursor > 0 {
      // A mark joins the character that it belongs to.
      let joined = String(text[cursor - 1]) + String(Character(scalar))
      if joined.count == 1, let character = joined.first {
        text[cursor - 1] = character
        return .changed
      }
    }
    text.insert(Character(scalar), at: cursor)
    cursor += 1
    return .changed
  }

  private mutating func remove(_ range: Range<Int>) -> Outcome {
    guard !range.isEmpty else { return .unchanged }
    bytes -= text[range].reduce(0) { $0 + $1.utf8.count }
    text.removeSubrange(range)
    if cursor > range.lowerBound { cursor = max(range.lowerBound, cursor - range.count) }
    return .changed
  }

  private mutating func cut(_ range: Range<Int>) -> Outcome {
    guard !range.isEmpty else { return .unchanged }
    cut = Array(text[range])
    return remove(range)
  }

  private mutating func move(to place: Int) -> Outcome {
    let place = min(max(place, 0), text.count)
    if place == cursor { return .unchanged }
    cursor = place
    return .changed
  }

  private var wordStart: Int {
    var place = cursor
    while place > 0, text[place - 1] == " " { place -= 1 }
    while place > 0, text[place - 1] != " " { place -= 1 }
    return place
  }

  private var wordEnd: Int {
    var place = cursor
    while place < text.count, text[place] == " " { place += 1 }
    while place < text.count, text[place] != " " { place += 1 }
    return place
  }

  // MARK: Lines

  private mutating func enter() -> Outcome {
    let line = String(text)
    if !line.isEmpty, line != lines.last { lines.append(line) }
    if lines.count > Self.mostLines { lines.removeFirst() }
    shown = lines.count
    draft = ""
    set("")
    return .entered(line)
  }

  private mutating func show(_ place: Int) -> Outcome {
    guard place != shown, (0...lines.count).contains(place) else { return .unchanged }
    if shown == lines.count { draft = String(text) }
    shown = place
    set(place == lines.count ? draft : lines[place])
    return .changed
  }

  private mutating func set(_ line: String) {
    text = Array(line)
    bytes = line.utf8.count
    cursor = text.count
  }
}
