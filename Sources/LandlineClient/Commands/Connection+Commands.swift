public import LandlineProtocol

extension Connection {
  /// Runs a program on the server; it is ended when `body` leaves before it has ended by itself.
  /// - Throws: `refused`: `forbidden`, `not-found` when there is no such program, `wrong-kind` when it cannot be executed.
  public func run<Value>(
    _ request: RunRequest, _ body: (RemoteCommand) async throws -> Value
  ) async throws -> Value {
    try await converse(.run(request), body)
  }

  /// Runs a shell on a terminal of the server.
  public func shell<Value>(
    _ terminal: TerminalRequest, _ body: (RemoteCommand) async throws -> Value
  ) async throws -> Value {
    try await converse(.shell(terminal), body)
  }

  /// Follows a job from the beginning of what it has said; leaving it does not end it.
  public func attach<Value>(
    to job: UInt64, _ body: (RemoteCommand) async throws -> Value
  ) async throws -> Value {
    try await converse(.attach(AttachRequest(job: job)), body)
  }

  private func converse<Value>(
    _ operation: CommandOperation, _ body: (RemoteCommand) async throws -> Value
  ) async throws -> Value {
    // Both outputs may fill their windows without holding up anything else on the connection.
    try await withRequest(.command(operation), waiting: 3 * RemoteCommand.window) { request in
      let command = RemoteCommand(request)
      try await command.grant(RemoteCommand.window - RemoteCommand.initialCredit, of: .stdout)
      return try await body(command)
    }
  }

  /// Starts a program that goes on by itself, its output kept.
  /// - Returns: its number, for ``attach(to:_:)``.
  public func startJob(_ request: RunRequest) async throws -> StartedAnswer {
    var request = request
    request.detach = true
    let reply = try await self.request(.command(.run(request))).reply
    guard case .command(.detached(let started)) = reply else { throw ClientError.unexpected(reply, to: "'run'") }
    return started
  }

  /// One's own commands, and jobs that have ended; an admin's answer has everybody's.
  public func jobs() async throws -> [JobEntry] {
    let (reply, body) = try await request(.command(.jobs))
    guard case .command(.jobs(let answer)) = reply else { throw ClientError.unexpected(reply, to: "'jobs'") }
    return try answer.jobs ?? decode([JobEntry].self, from: body)
  }

  /// Sends a signal to a command.
  /// - Parameter signal: nil: TERM, and KILL five seconds later, to everything that it has started.
  public func kill(_ job: UInt64, signal: CommandSignal? = nil) async throws {
    let reply = try await request(.command(.kill(KillRequest(job: job, signal: signal)))).reply
    guard case .command(.killed) = reply else { throw ClientError.unexpected(reply, to: "'kill'") }
  }
}
