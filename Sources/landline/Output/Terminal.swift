import Glibc

/// What is known of the terminal, if there is one.
enum Terminal {
  /// Whether lines can be drawn again and again: standard error is a terminal, and one that can move its cursor.
  static var canDraw: Bool {
    guard isatty(STDERR_FILENO) == 1 else { return false }
    guard let kind = getenv("TERM") else { return true }
    return strcmp(kind, "dumb") != 0
  }

  /// Whether somebody can be asked.
  static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }

  /// Whether standard output is read by a person.
  static var isOutput: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether standard output is a pipe or a socket whose reader has gone.
  static var isReaderGone: Bool {
    var interest = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    return poll(&interest, 1, 0) == 1 && Int32(interest.revents) & (POLLERR | POLLHUP) != 0
  }

  /// Whether both streams end at the same terminal, so that what goes to one moves the other's cursor.
  static let isOutputTheSame: Bool = {
    guard let out = name(STDOUT_FILENO), let error = name(STDERR_FILENO) else { return false }
    return out == error
  }()

  private static func name(_ descriptor: Int32) -> [CChar]? {
    var buffer = [CChar](repeating: 0, count: 256)
    return ttyname_r(descriptor, &buffer, buffer.count) == 0 ? buffer : nil
  }

  /// Colours only where a person looks, and not when they said no (no-color.org).
  static var hasColor: Bool {
    guard canDraw else { return false }
    guard let value = getenv("NO_COLOR") else { return true }
    return value.pointee == 0
  }

  /// Columns and rows, now; 80 by 24 when it does not say.
  static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
    return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
  }
}
