import CLaunch
import Glibc
import LandlineProtocol
import Synchronization

/// Launchers that wait for something to start, so that whoever wants a program does not wait for a launcher.
///
/// Until the first program there are none: most servers never run any. One whose program has ended and left nothing waits
/// again.
final class LauncherPool: Sendable {
  /// A launcher, which takes its orders in packets on a socket.
  struct Launcher: Sendable {
    let process: pid_t
    let control: Descriptor
  }

  /// How many wait when nothing runs: as many people who want a program at the same instant wait for none.
  static let most = 2

  private struct State {
    var waiting: [Launcher] = []
    /// How many have a program.
    var busy = 0
    /// Somebody starts more.
    var isFilling = false

    /// None waits, or fewer will when the programs have ended than should.
    var isShort: Bool { waiting.isEmpty || waiting.count + busy < LauncherPool.most }

    /// - Returns: false when enough wait.
    mutating func keep(_ launcher: Launcher) -> Bool {
      guard waiting.count < LauncherPool.most else { return false }
      waiting.append(launcher)
      return true
    }
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
  /// - Returns: the launcher, for ``finish(_:waits:)``, and its socket as this program's own.
  /// - Throws: `tooLarge` when the words are too long, `tooMany` or `internal` with what the system said.
  func start(
    _ words: [String], environment: [String], _ descriptors: [Descriptor]
  ) throws(LineError) -> (Launcher, control: ProgramPipe) {
    while let launcher = takeWaiting() {
      let (control, result) = try order(launcher, words, environment, descriptors)
      if result == 0 { return (launcher, control) }
      // Somebody has ended it.
      finish(launcher, waits: false)
    }
    let launcher = try spawn()
    state.withLock { $0.busy += 1 }
    let (control, result) = try order(launcher, words, environment, descriptors)
    // One that has ended already has left word why.
    if result == 0 || result == EPIPE || result == ECONNRESET { return (launcher, control) }
    finish(launcher, waits: false)
    throw LineError(errno: result, "cannot give the launcher its order")
  }

  private func takeWaiting() -> Launcher? {
    state.withLock { state in
      guard let launcher = state.waiting.popLast() else { return nil }
      state.busy += 1
      return launcher
    }
  }

  /// Takes back a launcher that has said its last word about a program.
  /// - Parameter waits: whether it can have another one, and nobody will order anything for the last one any more.
  func finish(_ launcher: Launcher, waits: Bool) {
    let isKept = state.withLock { state in
      state.busy -= 1
      return waits && state.keep(launcher)
    }
    if !isKept { discard(launcher) }
  }

  /// Whether one waits.
  var isFilled: Bool { state.withLock { $0.waiting.contains { Self.isThere($0) } } }

  /// Whether nobody has ended it.
  private static func isThere(_ launcher: Launcher) -> Bool {
    var ends = pollfd(fd: launcher.control.raw, events: 0, revents: 0)
    return poll(&ends, 1, 0) == 0
  }

  /// Sees to it that some wait, now or when programs have ended. It takes about a millisecond for each.
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
        state.isFilling = state.isShort
        return (gone, !state.isFilling)
      }
      for launcher in gone { discard(launcher) }
      if isFull { return }
      guard let launcher = try? spawn() else {
        // It is started, or refused with a reason, when it is needed.
        return state.withLock { $0.isFilling = false }
      }
      // Others may have come back meanwhile.
      if !state.withLock({ $0.keep(launcher) }) { discard(launcher) }
    }
  }

  private func spawn() throws(LineError) -> Launcher {
    let (near, far) = try Descriptor.pair("a launcher's socket", claunch_control_pair)
    var process = pid_t()
    let result = withCStrings([path] + options) { claunch_spawn(&process, path, $0, far.raw) }
    guard result == 0 else { throw LineError(errno: result, "cannot start the launcher '\(printable(path))'") }
    return Launcher(process: process, control: near)
  }

  /// - Returns: what the program is to be spoken of on, and 0 or an errno.
  /// - Throws: what is not the launcher's fault, which then waits again.
  private func order(
    _ launcher: Launcher, _ words: [String], _ environment: [String], _ descriptors: [Descriptor]
  ) throws(LineError) -> (control: ProgramPipe, result: Int32) {
    do throws(LineError) {
      // Before the order: nothing may start that nobody can end.
      let control = try ProgramPipe(copying: launcher.control, poller)
      let result = withCStrings(words) { words in
        withCStrings(environment) { environment in
          claunch_start(launcher.control.raw, words, environment, descriptors.map(\.raw), Int32(descriptors.count))
        }
      }
      // They were only numbers to the system.
      withExtendedLifetime(descriptors) {}
      if result == E2BIG || result == EMSGSIZE { throw LineError(.tooLarge, "a command's arguments are too long") }
      return (control, result)
    } catch {
      finish(launcher, waits: true)
      throw error
    }
  }

  /// Without its socket it ends.
  private func discard(_ launcher: Launcher) {
    shutdown(launcher.control.raw, Int32(SHUT_RDWR))
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
