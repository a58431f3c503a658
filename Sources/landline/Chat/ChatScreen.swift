import Glibc
import LandlineProtocol
import Synchronization

/// A terminal with what was said above and the line that is being typed below. What comes is put above in one write with
/// the line drawn anew, so neither tears the other.
final class ChatScreen: Sendable {
  private struct State {
    var editor = LineEditor(atMost: ChatLimits.message)
    /// Columns that the drawn line takes, and those before the cursor; nil while it is not on the terminal.
    var drawn: (width: Int, cursor: Int)?
  }

  private let prompt: String
  private let state = Mutex(State())

  init(prompt: String) {
    self.prompt = prompt
  }

  /// Puts lines above the one that is being typed.
  func show(_ lines: [String]) {
    state.withLock { state in
      Self.write(Self.erased(&state) + lines.map { $0 + "\n" }.joined() + drawn(&state))
    }
  }

  /// Presses a key.
  func press(_ key: Key) -> LineEditor.Outcome {
    state.withLock { state in
      let outcome = state.editor.press(key)
      if outcome != .unchanged { Self.write(Self.erased(&state) + drawn(&state)) }
      return outcome
    }
  }

  /// Draws the line anew: the window has another size, or another program wrote on it.
  func redraw() {
    state.withLock { state in
      if wasContinued.exchange(false, ordering: .acquiringAndReleasing) { state.drawn = nil }
      Self.write(Self.erased(&state) + drawn(&state))
    }
  }

  /// Takes the line off the terminal.
  func clear() {
    state.withLock { state in
      Self.write(Self.erased(&state))
      isLineOpen.store(false, ordering: .releasing)
    }
  }

  private func drawn(_ state: inout State) -> String {
    let line = PromptLine(
      prompt: prompt, state.editor.text, cursor: state.editor.cursor, columns: Self.columns)
    state.drawn = (TextWidth.of(line.text), TextWidth.of(line.beforeCursor))
    isLineOpen.store(true, ordering: .releasing)
    // Said twice, for that leaves the cursor in its place on every terminal.
    let again = line.beforeCursor == line.text ? "" : "\r" + line.beforeCursor
    return line.text + "\u{1B}[K" + again
  }

  /// What takes the line away, also when the terminal has become narrower and has broken it.
  private static func erased(_ state: inout State) -> String {
    guard let (_, cursor) = state.drawn else { return "\r\u{1B}[J" }
    state.drawn = nil
    let rows = cursor / columns
    return (rows > 0 ? "\r\u{1B}[\(rows)A" : "\r") + "\u{1B}[J"
  }

  private static func write(_ text: String) { Screen.shared.write(text) }

  /// Of the terminal that is standard output; 80 when it does not say.
  private static var columns: Int {
    var size = winsize()
    guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
