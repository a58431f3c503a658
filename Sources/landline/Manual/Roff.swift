/// Text in the source of a manual page (man 7 groff).
enum Roff {
  /// Text with everything that is special escaped: the backslash, and signs that a printer would make nicer.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "\"": result += "\\(dq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "…": result += "..."
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A line of prose.
  static func line(_ text: String) -> String {
    let escaped = escaped(text)
    // A control line begins with a period; an apostrophe is escaped already.
    return escaped.hasPrefix(".") ? "\\&" + escaped : escaped
  }

  /// A line that stands as it is.
  static func literal(_ text: String) -> String { line(text) }
}
