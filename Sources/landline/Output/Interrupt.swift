import Glibc
import Synchronization

/// Whether a transfer is under way whose beginning is kept; read by the signal handler, hence global and atomic.
let isWorkKept = Atomic(false)

/// The descriptor on which programs are told in JSON that a transfer was interrupted; -1 for none.
let interruptedDescriptor = Atomic<Int32>(-1)

/// Whether the process was stopped since lines were last drawn; set by the signal handler.
let wasStopped = Atomic(false)

/// Ctrl-C, SIGTERM: the terminal's lines are finished, and the process ends at once. What has arrived of a transfer is
/// kept by both sides as after any other loss. Ctrl-Z: the lines are left to the shell, and drawn anew below it.
enum Interrupt {
  static func install() {
    // Made now, for the handler must not be the first to touch them.
    isLineOpen.store(false, ordering: .releasing)
    isWorkKept.store(false, ordering: .releasing)
    wasStopped.store(false, ordering: .releasing)
    say(inJSONOn: nil)
    signal(SIGINT, handler)
    signal(SIGTERM, handler)
    signal(SIGTSTP, stop)
    signal(SIGCONT, goOn)
  }

  /// Has programs told as well, from now on; nil: not any more.
  static func say(inJSONOn descriptor: Int32?) {
    interruptedDescriptor.store(descriptor ?? -1, ordering: .releasing)
  }

  /// Only calls that are safe in a signal handler (man 7 signal-safety).
  private static let handler: @convention(c) (Int32) -> Void = { number in
    RawTerminal.restore()
    if isLineOpen.load(ordering: .acquiring) {
      // Colours off, and off the line that is half drawn.
      let end: StaticString = "\u{1B}[0m\n"
      _ = write(STDERR_FILENO, end.utf8Start, end.utf8CodeUnitCount)
    }
    let descriptor = interruptedDescriptor.load(ordering: .acquiring)
    if descriptor >= 0 {
      // In place of the summary. Each line is one write, so this does not get into another.
      let text: StaticString = "{\"error\":{\"code\":\"interrupted\",\"message\":\"interrupted\"}}\n"
      _ = write(descriptor, text.utf8Start, text.utf8CodeUnitCount)
    }
    if isWorkKept.load(ordering: .acquiring) {
      let text: StaticString = "landline: interrupted; what arrived is kept, and the same command continues it\n"
      _ = write(STDERR_FILENO, text.utf8Start, text.utf8CodeUnitCount)
    }
    _exit(128 + number)
  }

  private static let stop: @convention(c) (Int32) -> Void = { number in
    RawTerminal.pause()
    if isLineOpen.load(ordering: .acquiring) {
      let end: StaticString = "\u{1B}[0m\n"
      _ = write(STDERR_FILENO, end.utf8Start, end.utf8CodeUnitCount)
      wasStopped.store(true, ordering: .releasing)
    }
    // Delivered when this handler returns.
    signal(number, SIG_DFL)
    raise(number)
  }

  private static let goOn: @convention(c) (Int32) -> Void = { _ in
    signal(SIGTSTP, stop)
    RawTerminal.goOn()
  }
}
