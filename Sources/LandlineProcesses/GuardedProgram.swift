import CLaunch
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// A program and the launcher that guards it, as seen from the server.
final class GuardedProgram: RunningProgram {
  let input: (any ProgramInput)?
  let output: any ProgramOutput
  let errorOutput: (any ProgramOutput)?

  private let path: String
  private let launcher: pid_t
  private let poller: Poller
  /// Packets: orders to the launcher, reports from it.
  private let control: ProgramPipe
  private let pipes: [ProgramPipe]
  /// For its size; nil without one.
  private let terminal: Descriptor?
  private let state = Mutex(State())

  private struct State {
    /// Its process, and its group's; 0 before it runs.
    var program: pid_t = 0
    var failure: LineError?
    var exited: ExitedAnswer?
    /// Somebody reads the reports.
    var isReading = false
    var waiters: [CheckedContinuation<Void, Never>] = []

    var isOver: Bool { exited != nil || failure != nil }
    var answer: ExitedAnswer? { exited ?? failure.map { _ in ExitedAnswer(status: 127) } }
  }

  init(path: String, _ launcher: LauncherPool.Launcher, _ poller: Poller, _ ends: ProgramEnds.Own) {
    self.poller = poller
    self.path = path
    self.launcher = launcher.process
    control = launcher.control
    input = ends.input
    output = ends.output
    errorOutput = ends.error
    terminal = ends.terminal
    pipes = ends.pipes
  }

  // MARK: Orders

  func signal(_ signal: CommandSignal) {
    order(claunch_order(kind: CLAUNCH_SIGNAL.rawValue, signal: signal.number))
  }

  func end() {
    if order(claunch_order(kind: CLAUNCH_END.rawValue, signal: 0)) { return }
    // Hundreds of signals wait there, of somebody who sends many. This one must not be lost. As long as it is not noted
    // that the launcher has ended, nobody has waited for it, so its id is its own.
    state.withLock { state in
      if !state.isOver { _ = kill(launcher, SIGTERM) }
    }
  }

  /// - Returns: false when there is no room for it.
  @discardableResult
  private func order(_ order: claunch_order) -> Bool {
    do {
      return try withUnsafeBytes(of: order) { try control.write($0) } != nil
    } catch {
      // A launcher that has ended hears nothing, and needs to hear nothing.
      return true
    }
  }

  func resize(columns: Int, rows: Int) {
    guard let terminal else { return }
    _ = claunch_set_size(terminal.raw, UInt16(clamping: columns), UInt16(clamping: rows))
  }

  // MARK: Reports

  func started() async throws(LineError) {
    // It takes a millisecond, and there is nothing to be done about a program that is half started.
    await readReports { $0.program > 0 || $0.isOver }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  func exit() async throws -> ExitedAnswer {
    while true {
      let (answer, isReading) = state.withLock { ($0.answer, $0.isReading) }
      if let answer { return answer }
      if isReading {
        await readReports(until: \.isOver)
      } else if readReport() == false {
        _ = try await control.readable()
      }
    }
  }

  func exitRegardless() async -> ExitedAnswer {
    await readReports(until: \.isOver)
    return state.withLock { $0.answer } ?? ExitedAnswer(status: 127)
  }

  /// Reads reports, or waits while another does, until it is enough.
  private func readReports(until isEnough: (State) -> Bool) async {
    while true {
      let (isDone, reads) = state.withLock { state -> (Bool, Bool) in
        if isEnough(state) { return (true, false) }
        defer { state.isReading = true }
        return (false, !state.isReading)
      }
      if isDone { return }
      if reads {
        if !readReport() { await control.waitForReport() }
        let waiters = state.withLock { state in
          state.isReading = false
          defer { state.waiters = [] }
          return state.waiters
        }
        for waiter in waiters { waiter.resume() }
      } else {
        await withCheckedContinuation { continuation in
          let isNow = state.withLock { state in
            if !state.isReading { return true }
            state.waiters.append(continuation)
            return false
          }
          if isNow { continuation.resume() }
        }
      }
    }
  }

  /// - Returns: false when there is none yet.
  private func readReport() -> Bool {
    var report = claunch_report()
    let size = MemoryLayout<claunch_report>.size
    let count: Int?
    do {
      count = try withUnsafeMutableBytes(of: &report) { try control.read(into: $0) }
    } catch {
      count = 0
    }
    switch count {
    case nil: return false
    case size: take(report)
    default:
      // The launcher is gone, by somebody's SIGKILL, and its program goes on unguarded.
      let program = state.withLock { $0.program }
      if program > 0 { kill(-program, SIGKILL) }
      note { $0.exited = $0.exited ?? ExitedAnswer(signal: SIGKILL) }
    }
    return true
  }

  private func take(_ report: claunch_report) {
    switch report.kind {
    case CLAUNCH_STARTED.rawValue: state.withLock { $0.program = report.value }
    case CLAUNCH_FAILED.rawValue: note { $0.failure = Self.failure(of: self.path, report) }
    default: note { $0.exited = ExitedAnswer(report) }
    }
  }

  /// Notes that it is over, and gives back what it held.
  private func note(_ change: (inout State) -> Void) {
    state.withLock { change(&$0) }
    for pipe in pipes { pipe.finish() }
    poller.reap(process: launcher)
  }

  private static func failure(of path: String, _ report: claunch_report) -> LineError {
    let shown = printable(path)
    let why = String(cString: strerror(report.value))
    if report.value == EAGAIN {
      return LineError(.tooMany, "'\(shown)' cannot be started: the user that commands run as has too many processes")
    }
    guard report.detail == Int32(CLAUNCH_STAGE_EXEC.rawValue) else {
      return LineError(.internal, "a command could not be set up (its folder, limits or user): \(why)")
    }
    switch report.value {
    case ENOENT, ENOTDIR:
      return LineError(.notFound, "the server has no program '\(shown)', or not what it is to be run by")
    case E2BIG: return LineError(.tooLarge, "the arguments of '\(shown)' are too long for the system")
    default: return LineError(.wrongKind, "the server cannot execute '\(shown)': \(why)")
    }
  }
}

extension ExitedAnswer {
  fileprivate init(_ report: claunch_report) {
    let isExit = claunch_is_exit(report.value) != 0
    self.init(
      status: isExit ? claunch_exit_status(report.value) : nil, signal: isExit ? nil : claunch_signal(report.value),
      milliseconds: report.elapsed_us / 1_000, user: report.user_us / 1_000, system: report.system_us / 1_000,
      timedOut: report.flags & CLAUNCH_TIMED_OUT.rawValue != 0,
      stragglers: report.flags & CLAUNCH_STRAGGLERS.rawValue != 0)
  }
}
