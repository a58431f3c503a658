/// A line as it was typed in a room: something to say, or something to do.
enum ChatLine: Hashable {
  case nothing
  case say(String)
  case action(String)
  case message(to: String, String)
  case who
  /// nil: show it.
  case topic(String?)
  case history(Int)
  case put(String)
  case help
  case quit
  /// What is wrong with it.
  case mistake(String)

  static let helpLines = [
    "/msg NAME TEXT   say it to one alone        /who            who is here",
    "/me TEXT         say what you do            /history [N]    the last N messages (50)",
    "/topic [TEXT]    show or set the topic      /put FILE       leave a file for the room",
    "//TEXT           say a line that begins with '/'",
    "quit             leave (or Ctrl-D)",
  ]

  init(_ line: String) {
    let text = line.trimmed
    if text.isEmpty {
      self = .nothing
    } else if text == "quit" {
      self = .quit
    } else if text.utf8.first != UInt8(ascii: "/") {
      self = .say(line)
    } else if text.hasPrefix("//") {
      self = .say(String(text.dropFirst()))
    } else {
      self = Self.command(text)
    }
  }

  private static func command(_ text: String) -> ChatLine {
    let parts = text.split(separator: " ", maxSplits: 1)
    let rest = parts.count > 1 ? String(parts[1]).trimmed : ""
    switch parts[0] {
    case "/me": return rest.isEmpty ? .mistake("/me needs what you do: /me waves") : .action(rest)
    case "/msg":
      let words = rest.split(separator: " ", maxSplits: 1)
      guard words.count == 2 else { return .mistake("/msg needs a name and a text: /msg bert hello") }
      return .message(to: String(words[0]), String(words[1]).trimmed)
    case "/who": return .who
    case "/topic": return .topic(rest.isEmpty ? nil : rest)
    case "/history":
      if rest.isEmpty { return .history(50) }
      guard let count = Int(rest), (1...1_000).contains(count) else {
        return .mistake("/history needs a number from 1 to 1000")
      }
      return .history(count)
    case "/put": return rest.isEmpty ? .mistake("/put needs a file: /put report.pdf") : .put(rest)
    case "/help": return .help
    case "/quit", "/exit", "/leave": return .quit
    default: return .mistake("there is no command '\(parts[0])'; /help shows what there is")
    }
  }
}

extension String {
  /// Without blanks at its ends.
  fileprivate var trimmed: String {
    let start = drop { $0 == " " }
    return String(start.reversed().drop { $0 == " " }.reversed())
  }
}
