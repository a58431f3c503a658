/// A command line up to the cursor, taken apart as a shell does it: quotes and backslashes are gone.
struct TypedLine {
  /// The words before the one at the cursor.
  private(set) var words: [String] = []
  /// The word at the cursor; empty behind a blank.
  private(set) var current = ""
  /// The quote that is open at the cursor.
  private(set) var quote: Character?
  /// The beginning of `current` that the shell takes for a word of its own, and leaves as it is.
  private(set) var leading = ""

  /// - Parameter breaks: the characters at which bash's line editor begins a new word (COMP_WORDBREAKS).
  init(_ line: String, breaks: String = "") {
    var isWord = false
    var isEscaped = false
    for character in line {
      if isEscaped {
        isEscaped = false
        current.append(character)
      } else if let open = quote {
        if character == open {
          quote = nil
        } else if character == "\\" && open == "\"" {
          isEscaped = true
        } else {
          current.append(character)
        }
      } else if character == "\\" {
        isEscaped = true
        isWord = true
      } else if character == "'" || character == "\"" {
        quote = character
        leading = current
        isWord = true
      } else if character == " " || character == "\t" {
        if isWord { words.append(current) }
        current = ""
        leading = ""
        isWord = false
      } else {
        current.append(character)
        isWord = true
        if breaks.contains(character) { leading = current }
      }
    }
    // A quote that was closed again begins no word of the editor.
    if quote == nil, !leading.isEmpty, let last = leading.last, !breaks.contains(last) { leading = "" }
  }
}

/// How a word has to be written so that a shell takes it as it is.
enum ShellQuoting {
  /// - Parameter quote: the one that is open already.
  static func quoted(_ text: String, in quote: Character?) -> String {
    switch quote {
    case "'": text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
    case "\"": escaped(text, "\"\\$`")
    default: escaped(text, " \t\\'\"`$&|;<>()[]{}*?!#~^")
    }
  }

  private static func escaped(_ text: String, _ special: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      if special.unicodeScalars.contains(scalar) { result += "\\" }
      result.unicodeScalars.append(scalar)
    }
    return result
  }
}
