import Glibc
public import LandlineProtocol
import Synchronization

/// Runs programs for people who may: the commands that somebody waits for, and the jobs that run by themselves.
///
/// ```
///   door ──start──► Command ◄── its streams, while somebody is connected
///     │                ▲
///     └──leave─────────┴── run(): what nobody waits for: jobs, and commands whose connection was lost
/// ```
public final class CommandService: Sendable {
  private struct State {
    var commands: [UInt64: Command] = [:]
    var running = 0
    var runningOfAccount: [Int64: Int] = [:]
    var lastJob: UInt64 = 0
    var isEnding = false
  }

  private let host: any ProgramHost
  private let limits: CommandLimits
  private let audit: any AuditLog
  private let state = Mutex(State())
  private let work: AsyncStream<@Sendable () async -> Void>
  private let workInput: AsyncStream<@Sendable () async -> Void>.Continuation

  public init(host: any ProgramHost, limits: CommandLimits, audit: any AuditLog) {
    self.host = host
    self.limits = limits
    self.audit = audit
    // Bounded by the number of commands.
    (work, workInput) = AsyncStream.makeStream()
  }

  /// Looks after what nobody waits for, until it is cancelled; then everything is ended.
  ///
  /// It writes files: run it where waiting for a disk is allowed.
  public func run() async {
    await withDiscardingTaskGroup { group in
      for await task in work { group.addTask { await task() } }
      state.withLock { $0.isEnding = true }
    }
  }

  // MARK: Beginning

  /// Whether the next start need not wait, for a process or a disk, if nobody else is faster.
  public var isPrepared: Bool { host.isPrepared }

  /// Starts a program for somebody who waits for it; it may wait for about a millisecond.
  /// - Parameter peer: the client's address, for the audit log.
  public func start(_ request: RunRequest, by live: LivePrincipal, peer: String?) throws(LineError) -> Command {
    let principal = live.current
    let path = try resolve(request.argv, by: principal)
    let start = try ProgramStart(
      path: path, argv: request.argv, terminal: request.terminal.map(Self.checked), hasInput: request.input == true,
      timeout: request.timeout.map(Self.checked), account: principal.account, job: begin(by: principal))
    return try self.start(start, "run", by: live, peer, isJob: request.detach == true) { now throws(LineError) in
      try now.requireRun([path] + request.argv.dropFirst())
    }
  }

  /// Starts a shell on a terminal.
  public func startShell(_ terminal: TerminalRequest, by live: LivePrincipal, peer: String?) throws(LineError)
    -> Command
  {
    let principal = live.current
    try principal.requireShell()
    try requireHost()
    let path = host.shell
    // A dash before its name makes it a login shell.
    let name = "-" + (path.split(separator: "/").last ?? "sh")
    let start = try ProgramStart(
      path: path, argv: [name], terminal: Self.checked(terminal), hasInput: true, timeout: nil,
      account: principal.account, job: begin(by: principal))
    return try self.start(start, "shell", by: live, peer, isJob: false) { now throws(LineError) in
      try now.requireShell()
    }
  }

  /// Starts a job, which goes on by itself; returns when it runs. On a thread that may wait for the disk.
  public func startJob(_ request: RunRequest, by live: LivePrincipal, peer: String?) async throws(LineError)
    -> Command
  {
    if request.terminal != nil { throw LineError(.badRequest, "a job has no terminal") }
    if request.input == true { throw LineError(.badRequest, "a job has no input") }
    let principal = live.current
    let command = try start(request, by: live, peer: peer)
    do throws(LineError) {
      try await command.program.started()
    } catch {
      fail(command, error, principal, peer)
      throw error
    }
    hand { await self.keep(command, by: principal, peer) }
    return command
  }

  private func requireHost() throws(LineError) {
    if let refusal = host.refusal {
      throw LineError(.unsupported, "this server runs no commands, for it could not confine them: \(refusal)")
    }
  }

  /// Finds the program, and whether it may be run like that.
  private func resolve(_ argv: [String], by principal: Principal) throws(LineError) -> String {
    guard let name = argv.first, !name.isEmpty, !name.utf8.contains(0), !name.utf8.contains(UInt8(ascii: "/")) else {
      try principal.requireRun(argv)
      try requireHost()
      return argv[0]
    }
    let candidates = host.programs(named: name)
    if let path = candidates.first(where: { principal.mayRun([$0] + argv.dropFirst()) }) {
      // Says what else may be wrong with it.
      try principal.requireRun([path] + argv.dropFirst())
      try requireHost()
      return path
    }
    try principal.requireRun([candidates.first ?? "/usr/bin/\(name)"] + argv.dropFirst())
    throw LineError(.notFound, "the server has no program '\(printable(name))'")
  }

  private static func checked(_ terminal: TerminalRequest) throws(LineError) -> TerminalRequest {
    guard (1...9_999).contains(terminal.columns), (1...9_999).contains(terminal.rows) else {
      throw LineError(.badRequest, "a terminal has 1 to 9999 columns and as many rows")
    }
    if let type = terminal.type {
      let isPlain = type.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
      guard isPlain, (1...64).contains(type.utf8.count) else {
        throw LineError(.badRequest, "'\(printable(type))' is no type of terminal")
      }
    }
    return terminal
  }

  private static func checked(timeout: Int64) throws(LineError) -> Int64 {
    guard (1...1_000_000_000_000).contains(timeout) else {
      throw LineError(.badRequest, "a timeout is 1 to 1,000,000,000,000 milliseconds")
    }
    return timeout
  }

  /// Counts one more.
  private func begin(by principal: Principal) throws(LineError) -> UInt64 {
    let (job, problem) = state.withLock { state -> (UInt64, LineError?) in
      if state.isEnding { return (0, LineError(.shuttingDown, "the server is ending and takes no new requests")) }
      if state.running >= limits.running {
        return (0, LineError(.tooMany, "the server runs \(limits.running) commands; wait for some to end"))
      }
      let own = state.runningOfAccount[principal.accountID, default: 0]
      if own >= limits.runningOfAccount {
        return (0, LineError(.tooMany, "\(principal.account) runs \(own) commands; wait for some to end"))
      }
      state.running += 1
      state.runningOfAccount[principal.accountID] = own + 1
      state.lastJob += 1
      return (state.lastJob, nil)
    }
    if let problem { throw problem }
    return job
  }

  private func uncount(_ accountID: Int64) {
    state.withLock { state in
      state.running -= 1
      let own = state.runningOfAccount[accountID, default: 1] - 1
      state.runningOfAccount[accountID] = own == 0 ? nil : own
    }
  }

  /// - Parameter require: asked again whenever the account's rights change; what it throws ends the command.
  private func start(
    _ start: ProgramStart, _ what: String, by live: LivePrincipal, _ peer: String?, isJob: Bool,
    require: @escaping @Sendable (Principal) throws(LineError) -> Void
  ) throws(LineError) -> Command {
    let principal = live.current
    do throws(LineError) {
      if isJob { try makeRoom(for: principal) }
      let kept = isJob ? try host.makeOutput(job: start.job) : nil
      let program: any RunningProgram
      do throws(LineError) {
        program = try host.start(start)
      } catch {
        kept?.remove()
        throw error
      }
      // While this one runs.
      hand { [host] in host.prepare() }
      let command = Command(
        job: start.job, argv: start.argv, path: start.path, by: live, since: Int64(time(nil)), program: program,
        kept: kept)
      state.withLock { $0.commands[start.job] = command }
      command.watch(live, require)
      audit.record(
        AuditEvent(
          what, by: principal, peer: peer,
          [
            "job": .number(Int64(start.job)), "program": .text(start.path),
            "arguments": .list(Array(start.argv.dropFirst())), "detached": .text(isJob ? "yes" : "no"),
          ]))
      return command
    } catch {
      uncount(principal.accountID)
      throw error
    }
  }

  // MARK: Ending

  /// Notes that a command has ended, to be called once for each, with what its program said.
  public func finish(_ command: Command, _ answer: ExitedAnswer, by principal: Principal, peer: String?) {
    command.finish(answer)
    uncount(command.accountID)
    if command.kept == nil { state.withLock { $0.commands[command.job] = nil } }
    var event = AuditEvent("exit", by: principal, peer: peer, ["job": .number(Int64(command.job))])
    if let status = answer.status { event.details.append((key: "status", value: .number(Int64(status)))) }
    if let signal = answer.signal { event.details.append((key: "signal", value: .number(Int64(signal)))) }
    event.details.append((key: "milliseconds", value: .number(answer.milliseconds)))
    if let reason = command.endedBecause { event.details.append((key: "reason", value: .text(reason.message))) }
    audit.record(event)
  }

  /// Notes that a program could not be run, which whoever asked is told.
  public func fail(_ command: Command, _ error: LineError, _ principal: Principal, _ peer: String?) {
    uncount(command.accountID)
    state.withLock { $0.commands[command.job] = nil }
    command.finish(ExitedAnswer(status: 127))
    command.kept?.remove()
    audit.record(
      AuditEvent(
        "exit", by: principal, peer: peer, ["job": .number(Int64(command.job)), "error": .text(error.message)]))
  }

  /// Leaves a command that nobody waits for any more: it is ended, now, or when its connection was lost a little later.
  public func leave(_ command: Command, isLost: Bool, by principal: Principal, peer: String?) {
    let lostFor = isLost ? limits.lostFor : .zero
    if !isLost { command.program.end() }
    hand {
      command.program.input?.close()
      let answer = await withTaskGroup { group in
        group.addTask {
          // The time that a lost connection has; cut short when the command ends before, or the server does.
          try? await Task.sleep(for: lostFor)
          command.program.end()
        }
        let answer = await command.program.exitRegardless()
        group.cancelAll()
        return answer
      }
      self.finish(command, answer, by: principal, peer: peer)
    }
  }

  /// Has `run` look after something.
  private func hand(_ task: @escaping @Sendable () async -> Void) {
    workInput.yield(task)
  }

  // MARK: Jobs

  private static let piece = 65_536

  /// Keeps what a job says until it ends.
  private func keep(_ command: Command, by principal: Principal, _ peer: String?) async {
    await withTaskCancellationHandler {
      await withDiscardingTaskGroup { group in
        for (stream, output) in [
          (CommandStream.stdout, command.program.output), (.stderr, command.program.errorOutput),
        ] {
          guard let output, let kept = command.kept else { continue }
          group.addTask { await Self.copy(output, stream, to: kept, command) }
        }
      }
      var answer = await command.program.exitRegardless()
      let dropped = command.kept?.amounts.dropped ?? 0
      if dropped > 0 { answer.dropped = dropped }
      finish(command, answer, by: principal, peer: peer)
    } onCancel: {
      command.end(because: LineError(.shuttingDown, "the server is ending"))
    }
  }

  private static func copy(
    _ output: any ProgramOutput, _ stream: CommandStream, to kept: any JobOutput, _ command: Command
  ) async {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 16)
    defer { room.deallocate() }
    do {
      while true {
        _ = try await output.readable()
        guard let count = try output.read(into: room) else { continue }
        if count == 0 { return }
        kept.append(stream, UnsafeRawBufferPointer(rebasing: room[..<count]))
        command.noteNews()
        // A program that writes faster than this keeps it must not hold a thread.
        await Task.yield()
      }
    } catch {
      // It can be read no more: what follows is lost, and the job still ends.
    }
  }

  /// Forgets what has been kept for long, and if need be the job of this account that ended first.
  private func makeRoom(for principal: Principal) throws(LineError) {
    let now = Int64(time(nil))
    let (forgotten, isFull) = state.withLock { state -> ([Command], Bool) in
      let ended = state.commands.values.filter { $0.kept != nil && $0.exited != nil }
      var forgotten = ended.filter { $0.since + limits.keptFor < now }
      let old = Set(forgotten.map(\.job))
      let own = state.commands.values.filter {
        $0.accountID == principal.accountID && $0.kept != nil && !old.contains($0.job)
      }
      if own.count >= limits.jobsOfAccount {
        guard let first = own.filter({ $0.exited != nil }).min(by: { $0.job < $1.job }) else { return ([], true) }
        forgotten.append(first)
      }
      for command in forgotten { state.commands[command.job] = nil }
      return (forgotten, false)
    }
    for command in forgotten { command.kept?.remove() }
    if isFull {
      throw LineError(.tooMany, "\(principal.account) has \(limits.jobsOfAccount) jobs that run; end some first")
    }
  }

  /// The caller's commands; an admin's view is everybody's. Oldest first.
  public func jobs(by principal: Principal) -> [JobEntry] {
    let commands = state.withLock { Array($0.commands.values) }
    return commands.filter { principal.isAdmin || $0.accountID == principal.accountID }.sorted { $0.job < $1.job }
      .map(\.entry)
  }

  /// A job of the caller's; for an admin, anybody's.
  public func job(_ number: UInt64, by principal: Principal) throws(LineError) -> Command {
    let command = state.withLock { $0.commands[number] }
    guard let command, principal.isAdmin || command.accountID == principal.accountID else {
      throw LineError(.notFound, "there is no job \(number); 'landline jobs' lists them")
    }
    return command
  }

  /// A job whose output is kept, to be followed.
  public func attach(to number: UInt64, by principal: Principal, peer: String?) throws(LineError) -> Command {
    let command = try job(number, by: principal)
    guard command.kept != nil else {
      throw LineError(
        .wrongKind, "the output of \(number) goes to whoever started it; only jobs (--detach) keep theirs")
    }
    audit.record(AuditEvent("attach", by: principal, peer: peer, ["job": .number(Int64(number))]))
    return command
  }

  /// Sends a signal, or ends it with everything that it has started.
  public func kill(_ request: KillRequest, by principal: Principal, peer: String?) throws(LineError) {
    let signal = try request.signal.map { text throws(LineError) in try CommandSignal.named(text) }
    let command = try job(request.job, by: principal)
    guard command.exited == nil else { throw LineError(.notFound, "job \(request.job) has ended already") }
    if let signal { command.program.signal(signal) } else { command.program.end() }
    audit.record(
      AuditEvent(
        "kill", by: principal, peer: peer,
        ["job": .number(Int64(request.job)), "signal": .text(signal?.rawValue ?? "TERM, KILL")]))
  }

  /// Ends whatever was started by a way in that is closed now; of an account that is gone nothing is kept, either.
  public func end(_ revocation: Revocation) {
    switch revocation {
    case .account(let id): endAll(ofAccount: id)
    case .token:
      let commands = state.withLock { $0.commands.values.filter { revocation.concerns($0.live.current) } }
      for command in commands where command.exited == nil {
        command.end(because: LineError(.unauthenticated, "the token was revoked"))
      }
    }
  }

  private func endAll(ofAccount id: Int64) {
    let commands = state.withLock { $0.commands.values.filter { $0.accountID == id } }
    for command in commands where command.exited == nil {
      command.end(because: LineError(.unauthenticated, "the account was removed"))
    }
    let ended = state.withLock { state in
      let ended = state.commands.values.filter { $0.accountID == id && $0.exited != nil }
      for command in ended { state.commands[command.job] = nil }
      return ended
    }
    for command in ended { command.kept?.remove() }
  }

  /// Whose rights are to be brought up to date although they may not be connected: those of running jobs.
  public func principals() -> [LivePrincipal] {
    state.withLock { $0.commands.values.compactMap { $0.kept != nil && $0.exited == nil ? $0.live : nil } }
  }
}
