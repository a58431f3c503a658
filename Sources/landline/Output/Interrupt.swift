import Glibc
import Synchronization

/// Ctrl-C: the terminal's line is finished, and the process ends at once. What has arrived of a transfer is kept
/// by both sides as after any other loss.
enum Interrupt {
  static func install() {
    // Made now, for the handler must not be the first to touch it.
    isLineOpen.store(false, ordering: .releasing)
    signal(SIGINT, handler)
  }

  /// Only calls that are safe in a signal handler (man 7 signal-safety).
  private static let handler: @convention(c) (Int32) -> Void = { _ in
    if isLineOpen.load(ordering: .acquiring) {
      var newline = UInt8(ascii: "\n")
      _ = write(STDERR_FILENO, &newline, 1)
    }
    _exit(130)
  }
}
