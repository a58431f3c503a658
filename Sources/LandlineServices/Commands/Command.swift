public import LandlineProtocol
import Synchronization

/// A command that runs, or a job that has ended.
public final class Command: Sendable {
  public let job: UInt64
  public let argv: [String]
  /// By its absolute path.
  public let path: String
  let live: LivePrincipal
  public let accountID: Int64
  public let account: String
  /// Seconds since 1970.
  public let since: Int64
  public let program: any RunningProgram
  /// What it says, for a job.
  public let kept: (any JobOutput)?

  private struct State {
    var exited: ExitedAnswer?
    /// Why it was ended by the server.
    var end: LineError?
    /// Grows with what is kept.
    var news: UInt64 = 0
    var waiters: [CheckedContinuation<Void, Never>] = []
    var watch: LivePrincipal.Watch?
  }

  private let state = Mutex(State())

  init(
    job: UInt64, argv: [String], path: String, by live: LivePrincipal, since: Int64, program: any RunningProgram,
    kept: (any JobOutput)?
  ) {
    let principal = live.current
    self.live = live
    self.job = job
    self.argv = argv
    self.path = path
    accountID = principal.accountID
    account = principal.account
    self.since = since
    self.program = program
    self.kept = kept
  }

  /// How it ended; nil while it runs.
  public var exited: ExitedAnswer? { state.withLock { $0.exited } }

  /// Why the server ended it, if it did.
  public var endedBecause: LineError? { state.withLock { $0.end } }

  /// Ends it, with a reason that whoever waits for it is told.
  public func end(because error: LineError) {
    state.withLock { $0.end = $0.end ?? error }
    program.end()
  }

  /// Ends it when `require` says no to what its account has become.
  func watch(_ live: LivePrincipal, _ require: @escaping @Sendable (Principal) throws(LineError) -> Void) {
    let watch = live.watch { [weak self] principal in
      do throws(LineError) {
        try require(principal)
      } catch {
        self?.end(because: error)
      }
    }
    let isOver = state.withLock { state in
      if state.exited == nil { state.watch = watch }
      return state.exited != nil
    }
    if isOver { watch.end() }
  }

  func finish(_ answer: ExitedAnswer) {
    let (waiters, watch) = state.withLock { state in
      state.exited = answer
      defer {
        state.waiters = []
        state.watch = nil
      }
      return (state.waiters, state.watch)
    }
    watch?.end()
    for waiter in waiters { waiter.resume() }
  }

  /// Tells those who follow it that something was kept.
  func noteNews() {
    let waiters = state.withLock { state in
      state.news += 1
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// Has those who follow it look again.
  public func wake() { noteNews() }

  /// How much news there was: to be asked before looking for something.
  public var news: UInt64 { state.withLock { $0.news } }

  /// Waits for more news than there was, or for its end.
  public func waitForNews(after seen: UInt64) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isNow = state.withLock { state in
          if state.news != seen || state.exited != nil || Task.isCancelled { return true }
          state.waiters.append(continuation)
          return false
        }
        if isNow { continuation.resume() }
      }
    } onCancel: {
      // Whoever else waits looks again.
      noteNews()
    }
  }

  var entry: JobEntry {
    var entry = JobEntry(job: job, account: account, argv: argv, started: since, detached: kept != nil)
    entry.exited = exited
    entry.kept = kept.map { $0.amounts.kept }
    return entry
  }
}
