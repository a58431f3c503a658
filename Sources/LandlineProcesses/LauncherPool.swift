import CLaunch
import Glibc
import LandlineProtocol
import Synchronization

/// Launchers that wait for something to start, so that whoever wants a program does not wait for a launcher.
///
/// Until the first program there are none: most servers never run any.
final class LauncherPool: Sendable {
  /// A launcher that waits for its order, in a packet on its socket.
  struct Launcher: Sendable {
    let process: pid_t
    let control: ProgramPipe
  }

  /// As many as people who want a program at the same instant do not wait.
  static let most = 2

  private struct State {
    var waiting: [Launcher] = []
    /// Somebody starts more.
    var isFilling = false
  }

  private let path: String
  private let options: [String]
  private let poller: Poller
  private let state = Mutex(State())

  /// - Parameters:
  ///   - path: the launcher's.
  ///   - options: what is the same for all programs; see `options.h`.
  init(path: String, options: [String], _ poller: Poller) {
    self.path = path
    self.options = options
    self.poller = poller
  }

  /// Has a launcher start a program.
  /// - Parameters:
  ///   - words: see `options.h`.
  ///   - descriptors: the program's input, output and errors, and perhaps a ruleset.
  /// - Throws: `tooLarge` when the words are too long, `tooMany` or `internal` with what the system said.
  func start(_ words: [String], environment: [String], _ descriptors: [Descriptor]) throws(LineError) -> Launcher {
    while let waiting = state.withLock({ $0.waiting.popLast() }) {
      if order(waiting, words, environment, descriptors) == 0 { return waiting }
      // Somebody has ended it.
      discard(waiting)
    }
    let launcher = try spawn()
    let result = order(launcher, words, environment, descriptors)
    // One that has ended already has left word why.
    if result == 0 || result == EPIPE || result == ECONNRESET { return launcher }
    discard(launcher)
    if result == E2BIG || result == EMSGSIZE { throw LineError(.tooLarge, "a command's arguments are too long") }
    throw LineError(errno: result, "cannot give the launcher its order")
  }

  /// Whether one waits.
  var isFilled: Bool { state.withLock { $0.waiting.contains { Self.isThere($0) } } }

  /// Whether nobody has ended it.
  private static func isThere(_ launcher: Launcher) -> Bool {
    var ends = pollfd(fd: launcher.control.descriptor, events: 0, revents: 0)
    return poll(&ends, 1, 0) == 0
  }

  /// Sees to it that some wait. It takes about a millisecond for each.
  func fill() {
    let isMine = state.withLock { state in
      defer { state.isFilling = true }
      return !state.isFilling
    }
    guard isMine else { return }
    while true {
      let (gone, isFull) = state.withLock { state -> ([Launcher], Bool) in
        // Each is looked at once: one that ends between two looks would be neither kept nor waited for.
        let firstGone = state.waiting.partition { !Self.isThere($0) }
        let gone = Array(state.waiting[firstGone...])
        state.waiting.removeSubrange(firstGone...)
        // In one step with the look: who asks next either is seen here, or fills by itself.
        state.isFilling = state.waiting.count < Self.most
        return (gone, !state.isFilling)
      }
      for launcher in gone { discard(launcher) }
      if isFull { return }
      guard let launcher = try? spawn() else {
        // It is started, or refused with a reason, when it is needed.
        return state.withLock { $0.isFilling = false }
      }
      state.withLock { $0.waiting.append(launcher) }
    }
  }

  private func spawn() throws(LineError) -> Launcher {
    let (near, far) = try Descriptor.pair("a launcher's socket", claunch_control_pair)
    let control = try ProgramPipe(copying: near, poller)
    var process = pid_t()
    let result = withCStrings([path] + options) { claunch_spawn(&process, path, $0, far.raw) }
    guard result == 0 else { throw LineError(errno: result, "cannot start the launcher '\(printable(path))'") }
    return Launcher(process: process, control: control)
  }

  private func order(
    _ launcher: Launcher, _ words: [String], _ environment: [String], _ descriptors: [Descriptor]
  ) -> Int32 {
    let result = withCStrings(words) { words in
      withCStrings(environment) { environment in
        claunch_start(
          launcher.control.descriptor, words, environment, descriptors.map(\.raw), Int32(descriptors.count))
      }
    }
    // They were only numbers to the system.
    withExtendedLifetime(descriptors) {}
    return result
  }

  /// Without its socket it ends.
  private func discard(_ launcher: Launcher) {
    launcher.control.close()
    poller.reap(process: launcher.process)
  }
}

/// Calls `body` with an array of C strings that ends with NULL.
private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
