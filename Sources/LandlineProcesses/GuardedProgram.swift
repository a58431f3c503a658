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
  private let launchers: LauncherPool
  /// Packets: orders to the launcher, reports from it. Once it is over they are about another program, and no longer
  /// this one's to read or write.
  private let control: ProgramPipe
  private let pipes: [ProgramPipe]
  /// For its size; nil without one.
  private let terminal: Descriptor?
  private let state: Mutex<State>

  private struct State {
    /// nil when it is over.
    var launcher: LauncherPool.Launcher?
    /// Its process, and its group's; 0 before it runs.
    var program: pid_t = 0
    var failure: LineError?
    var exited: ExitedAnswer?
    /// The launcher was sent a signal, which may reach it when it waits again.
    var isSignalled = false
    /// Somebody reads the reports.
    var isReading = false
    var waiters: [CheckedContinuation<Void, Never>] = []

    var isOver: Bool { exited != nil || failure != nil }
    var answer: ExitedAnswer? { exited ?? failure.map { _ in ExitedAnswer(status: 127) } }
  }

  init(
    path: String, _ launcher: LauncherPool.Launcher, of launchers: LauncherPool, _ control: ProgramPipe,
    _ ends: ProgramEnds.Own
  ) {
    self.path = path
    self.launchers = launchers
    self.control = control
    state = Mutex(State(launcher: launcher))
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
      guard let launcher = state.launcher else { return }
      state.isSignalled = true
      kill(launcher.process, SIGTERM)
    }
  }

  /// - Returns: false when there is no room for it.
  @discardableResult
  private func order(_ order: claunch_order) -> Bool {
    state.withLock { state in
      // It may guard another program by now.
      if state.launcher == nil { return true }
      do {
        return try withUnsafeBytes(of: order) { try control.write($0) } != nil
      } catch {
        // A launcher that has ended hears nothing, and needs to hear nothing.
        return true
      }
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
    let (isRead, over) = state.withLock { state -> (Bool, (launcher: LauncherPool.Launcher, waits: Bool)?) in
      // In one step with the reading: what comes after the last one is another program's.
      guard let launcher = state.launcher else { return (true, nil) }
      var report = claunch_report()
      switch readPacket(into: &report) {
      case nil: return (false, nil)
      case MemoryLayout<claunch_report>.size: take(report, &state)
      default:
        report.flags = 0
        noteLoss(&state)
      }
      guard state.isOver else { return (true, nil) }
      state.launcher = nil
      return (true, (launcher, report.flags & CLAUNCH_WAITS.rawValue != 0 && !state.isSignalled))
    }
    if let over {
      // Whoever waits for what it held.
      for pipe in pipes { pipe.finish() }
      control.finish()
      launchers.finish(over.launcher, waits: over.waits)
    }
    return isRead
  }

  /// - Returns: how many bytes; nil when nothing has come yet.
  private func readPacket(into report: inout claunch_report) -> Int? {
    // That the launcher has ended without reading everything is told once, before its last reports (ECONNRESET).
    for _ in 0..<2 {
      do {
        return try withUnsafeMutableBytes(of: &report) { try control.read(into: $0) }
      } catch {
        continue
      }
    }
    return 0
  }

  /// The launcher is gone, by somebody's signal; its program goes on unguarded.
  private func noteLoss(_ state: inout State) {
    guard state.program > 0 else {
      state.failure = LineError(.internal, "somebody has ended the launcher of '\(printable(path))'; run it again")
      return
    }
    kill(-state.program, SIGKILL)
    state.exited = ExitedAnswer(signal: SIGKILL)
  }

  private func take(_ report: claunch_report, _ state: inout State) {
    switch report.kind {
    case CLAUNCH_STARTED.rawValue: state.program = report.value
    case CLAUNCH_FAILED.rawValue: state.failure = Self.failure(of: path, report)
    default: state.exited = ExitedAnswer(report)
    }
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
