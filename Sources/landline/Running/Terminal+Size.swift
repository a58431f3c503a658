import Glibc
import LandlineProtocol

extension Terminal {
  /// Whether a conversation with a terminal is possible: keys come from one, and what is shown goes to one.
  static var isBothWays: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }

  /// Columns and rows of the terminal that is typed at; nil when it is none, or does not say.
  static var inputSize: (columns: Int, rows: Int)? {
    var size = winsize()
    guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
    return (min(Int(size.ws_col), 9_999), min(Int(size.ws_row), 9_999))
  }

  /// What the other side is to know of it.
  static var request: TerminalRequest {
    let size = inputSize ?? (80, 24)
    let type = getenv("TERM").map { String(cString: $0) } ?? ""
    let isPlain = type.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
    return TerminalRequest(
      columns: size.columns, rows: size.rows, type: isPlain && (1...64).contains(type.utf8.count) ? type : nil)
  }
}
