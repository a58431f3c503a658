import Glibc
import LandlineClient
import Synchronization

/// The descriptor of a terminal that is in raw mode; -1 for none. Read by signal handlers, hence global and atomic.
private let rawDescriptor = Atomic<Int32>(-1)

/// Whether the terminal came back from a stop (Ctrl-Z) since somebody looked: what was drawn may be gone.
let wasContinued = Atomic(false)

/// How the terminal was before, and how it is in raw mode. Signal handlers read them, so they are memory that is allocated
/// once and never given back. Not isolated, and safe: written only while `rawDescriptor` is -1, which its readers look at
/// first.
nonisolated(unsafe) private let savedMode = UnsafeMutablePointer<termios>.allocate(capacity: 1)
nonisolated(unsafe) private let rawMode = UnsafeMutablePointer<termios>.allocate(capacity: 1)

/// A terminal that hands on each key as it is typed, and echoes nothing (man 3 termios).
///
/// It is put back on every way out of the process: when the work is done, by `exit`, by signals that end or stop the
/// process, and by a crash. (SIGKILL leaves nobody to do it.)
enum RawTerminal {
  /// Signals whose usual action is to end the process, beside SIGINT and SIGTERM (``Interrupt``).
  private static let deadly = [SIGHUP, SIGQUIT, SIGABRT, SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE]

  /// Runs `body` with the terminal in raw mode.
  /// - Parameters:
  ///   - descriptor: the terminal; one at a time in the whole process.
  ///   - keepsLines: whether what is written still gets a carriage return before each end of a line.
  /// - Throws: when it is no terminal, and what `body` throws.
  static func during<Value>(
    descriptor: Int32 = STDIN_FILENO, keepsLines: Bool = true, _ body: () async throws -> Value
  ) async throws -> Value {
    try begin(descriptor, keepsLines: keepsLines)
    defer { end() }
    return try await body()
  }

  private static func begin(_ descriptor: Int32, keepsLines: Bool) throws(ClientError) {
    guard rawDescriptor.load(ordering: .acquiring) < 0, tcgetattr(descriptor, savedMode) == 0 else {
      throw ClientError(.usage, "standard input is no terminal")
    }
    rawMode.pointee = savedMode.pointee
    cfmakeraw(rawMode)
    if keepsLines { rawMode.pointee.c_oflag |= tcflag_t(OPOST) }
    for number in deadly { signal(number, die) }
    _ = atExit
    guard tcsetattr(descriptor, TCSADRAIN, rawMode) == 0 else {
      throw ClientError(.usage, "the terminal cannot be put into raw mode")
    }
    rawDescriptor.store(descriptor, ordering: .releasing)
  }

  private static func end() {
    restore()
    for number in deadly { signal(number, SIG_DFL) }
  }

  private static let atExit: Void = { atexit { RawTerminal.restore() } }()

  /// Puts the terminal back for good. Only calls that are safe in a signal handler (man 7 signal-safety).
  static func restore() {
    let descriptor = rawDescriptor.exchange(-1, ordering: .acquiringAndReleasing)
    if descriptor >= 0 { setMode(descriptor, savedMode) }
  }

  /// Puts the terminal back until `goOn`. For signal handlers.
  static func pause() {
    let descriptor = rawDescriptor.load(ordering: .acquiring)
    if descriptor >= 0 { setMode(descriptor, savedMode) }
  }

  /// Raw mode again, if there was one. For signal handlers.
  static func goOn() {
    let descriptor = rawDescriptor.load(ordering: .acquiring)
    guard descriptor >= 0 else { return }
    setMode(descriptor, rawMode)
    wasContinued.store(true, ordering: .releasing)
    InputReader.wake()
  }

  private static func setMode(_ descriptor: Int32, _ mode: UnsafeMutablePointer<termios>) {
    // From the background this would stop the process, and nobody there looks at the terminal.
    guard tcgetpgrp(descriptor) == getpgrp() else { return }
    tcsetattr(descriptor, TCSANOW, mode)
  }

  private static let die: @convention(c) (Int32) -> Void = { number in
    RawTerminal.restore()
    signal(number, SIG_DFL)
    raise(number)
  }
}
