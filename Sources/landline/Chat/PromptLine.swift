/// The part of a typed line that fits beside its prompt. A value without a terminal.
struct PromptLine: Hashable {
  /// What is shown, and the part of it before the cursor.
  let text: String
  let beforeCursor: String

  /// Where so many columns are not left beside the prompt, it is made shorter.
  private static let leastRoom = 10

  /// - Parameters:
  ///   - columns: of the terminal; the last one stays free, so that no line is ever broken.
  init(prompt: String, _ line: [Character], cursor: Int, columns: Int) {
    // What is typed needs some room, too.
    let prompt = TextWidth.of(prompt) + Self.leastRoom < columns ? prompt : columns > 4 ? "> " : ""
    let room = columns - 1 - TextWidth.of(prompt)
    let widths = line.map { TextWidth.of(String($0)) }
    // From the cursor to the left as far as it goes, then to the right.
    var start = cursor
    var used = 0
    while start > 0, used + widths[start - 1] <= room {
      start -= 1
      used += widths[start]
    }
    var end = cursor
    while end < line.count, used + widths[end] <= room {
      used += widths[end]
      end += 1
    }
    text = prompt + String(line[start..<end])
    beforeCursor = prompt + String(line[start..<cursor])
  }
}
