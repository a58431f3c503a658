import LandlineProtocol
import LandlineServices
import LandlineTransport
import NIOCore

/// Runs the requests about commands: calls the service, and carries streams between it and the line.
struct CommandHandler: Sendable {
  let session: LineSession
  let live: LivePrincipal
  let principal: Principal
  let id: UInt64
  let answers: RequestAnswers
  let isCancelled: CancelFlag
  /// nil for what is no conversation.
  let channel: CommandChannel?

  private var commands: CommandService { session.services.commands }
  private var peer: String? { session.peer }

  func answer(_ operation: CommandOperation) async throws {
    defer { session.commands.close(id) }
    switch operation {
    case .run(let fields) where fields.detach == true:
      let command = try await commands.startJob(fields, by: live, peer: peer)
      try await answers.send(.command(.detached(StartedAnswer(job: command.job, program: command.path))))
    case .run(let fields): try await converse { try commands.start(fields, by: live, peer: peer) }
    case .shell(let fields): try await converse { try commands.startShell(fields, by: live, peer: peer) }
    case .attach(let fields): try await attach(try commands.attach(to: fields.job, by: principal, peer: peer))
    case .jobs:
      try await session.bulkAnswers.withSlot {
        let jobs = commands.jobs(by: principal)
        try await answers.send(
          jobs, whole: .command(.jobs(JobsAnswer(jobs: jobs))), asBody: .command(.jobs(JobsAnswer(jobs: nil))))
      }
    case .kill(let fields):
      try commands.kill(fields, by: principal, peer: peer)
      try await answers.send(.command(.killed))
    case .input, .credit, .signal, .resize:
      throw LineError(.badRequest, "'\(operation.name)' belongs to a request that is open")
    }
  }

  /// On a thread that may wait, unless nobody has to.
  ///
  /// In a task of its own: what only prefers an executor for a while does not change to it before the first thing that
  /// needs one.
  private func start(_ body: @escaping @Sendable () throws -> Command) async throws -> Command {
    if commands.isPrepared { return try body() }
    return try await Task(executorPreference: session.blocking) { try body() }.value
  }

  // MARK: Commands that somebody waits for

  private func converse(_ start: @escaping @Sendable () throws -> Command) async throws {
    guard let channel else { throw LineError(.internal, "a command without its channel") }
    let command = try await self.start(start)
    channel.bind(command.program)
    do {
      try await command.program.started()
    } catch {
      commands.fail(command, error, principal, peer)
      throw error
    }
    let exited: ExitedAnswer
    do {
      try await answers.send(.command(.started(StartedAnswer(job: command.job, program: command.path))))
      session.pulse.begin(id)
      noticeSilence()
      exited = try await carry(command, channel)
    } catch {
      commands.leave(command, isLost: !channel.isCancelled, by: principal, peer: peer)
      throw error
    }
    commands.finish(command, exited, by: principal, peer: peer)
    if let error = command.endedBecause { throw error }
    if channel.isCancelled { throw LineError.cancelled }
    try await answers.send(.command(.exited(exited)))
  }

  /// TCP_USER_TIMEOUT (man 7 tcp): a cable that was cut says nothing, and the kernel would try for a quarter of an hour to
  /// get through what is said every two seconds while a command runs.
  private func noticeSilence() {
    guard session.commands.isFirst else { return }
    let milliseconds = Int(session.stallTimeout.nanoseconds / 1_000_000)
    let option = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 18))
    // Where it is no TCP connection, a cut cannot be.
    session.line.channel.setOption(option, value: milliseconds).whenComplete { _ in }
  }

  /// Carries all streams until the program has ended and everything that it wrote is sent.
  private func carry(_ command: Command, _ channel: CommandChannel) async throws -> ExitedAnswer {
    let program = command.program
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await pump(.stdout, program.output, channel.credits) }
      if let errors = program.errorOutput {
        group.addTask { try await pump(.stderr, errors, channel.credits) }
      }
      if let input = program.input {
        group.addTask { try await feed(channel.input, to: input) }
      }
      let exited = try await program.exit()
      channel.input.close()
      try await group.waitForAll()
      return exited
    }
  }

  /// The size of a body message, in bytes.
  private static let piece = 262_144

  private func pump(_ stream: CommandStream, _ output: any ProgramOutput, _ credits: StreamCredits) async throws {
    let rate = session.services.rates.rate(for: principal)
    let reply = CommandReply(stream)
    while let credit = try await credits.wait(for: stream) {
      // A buffer as large as what there is: nearly always that is known.
      let size = min(credit, rate.piece(atMost: Self.piece), max(try await output.readable(), 64))
      let count = try await session.bulkAnswers.withSlot { () -> Int? in
        var buffer = ByteBuffer()
        var count: Int?
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
          count = try output.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<size]))
          return count ?? 0
        }
        guard let count, count > 0 else { return count }
        credits.spend(count, of: stream)
        try await session.sender.send(id, .command(reply), body: buffer)
        return count
      }
      if count == 0 { return }
      if let count, rate.isLimited { await rate.pause(for: count, .sending) { !isCancelled.isSet } }
      // It may say more than there is, for ever, and this loop's thread is that of other connections, too.
      await Task.yield()
    }
    try await drop(output)
  }

  /// Reads what is left and keeps nothing of it, so that the program is not held up by it while it ends.
  private func drop(_ output: any ProgramOutput) async throws {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
    defer { room.deallocate() }
    while true {
      _ = try await output.readable()
      if try output.read(into: room) == 0 { return }
      await Task.yield()
    }
  }

  /// From how many bytes on the client is told that it may send as many more.
  private static let grant = 65_536

  private func feed(_ source: CommandInput, to input: any ProgramInput) async throws {
    var spent = 0
    var isReading = true
    while let piece = try await source.next() {
      if isReading { isReading = try await write(piece, to: input) }
      spent += piece.readableBytes
      guard spent >= Self.grant else { continue }
      source.grant(spent)
      try await answers.send(.command(.credit(Credit(.stdin, bytes: spent))))
      spent = 0
    }
    input.close()
  }

  /// - Returns: false when the program does not read any more, which is no error: what still comes is dropped.
  private func write(_ piece: ByteBuffer, to input: any ProgramInput) async throws -> Bool {
    var rest = piece
    while rest.readableBytes > 0 {
      let count: Int?
      do {
        count = try rest.withUnsafeReadableBytes { try input.write($0) }
      } catch {
        input.close()
        return false
      }
      if let count { rest.moveReaderIndex(forwardBy: count) } else { try await input.writable() }
    }
    return true
  }

  // MARK: Jobs

  /// Sends what a job has said, from the beginning, and what it still says, until it ends.
  private func attach(_ command: Command) async throws {
    guard let channel, let kept = command.kept else { throw LineError(.internal, "a job without its output") }
    isCancelled.onSet {
      channel.credits.drop()
      command.wake()
    }
    session.pulse.begin(id)
    try await answers.send(.command(.started(StartedAnswer(job: command.job, program: command.path))))
    var place = JobPlace()
    while true {
      try isCancelled.check()
      try Task.checkCancellation()
      // In this order: what was kept before its end is found.
      let seen = command.news
      let exited = command.exited
      if try kept.read(from: &place, into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) != nil {
        try await send(&place, of: kept, channel.credits)
      } else if let exited {
        return try await answers.send(.command(.exited(exited)))
      } else {
        await command.waitForNews(after: seen)
      }
      await Task.yield()
    }
  }

  private func send(_ place: inout JobPlace, of kept: any JobOutput, _ credits: StreamCredits) async throws {
    let stream = place.stream
    guard let credit = try await credits.wait(for: stream) else { return }
    let rate = session.services.rates.rate(for: principal)
    let size = min(credit, rate.piece(atMost: Self.piece), place.left)
    var next = place
    try await session.bulkAnswers.withSlot {
      var buffer = ByteBuffer()
      try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
        try kept.read(from: &next, into: UnsafeMutableRawBufferPointer(rebasing: room[..<size])) ?? 0
      }
      let count = buffer.readableBytes
      credits.spend(count, of: stream)
      try await session.sender.send(id, .command(CommandReply(stream)), body: buffer)
    }
    if rate.isLimited { await rate.pause(for: size, .sending) { !isCancelled.isSet } }
    place = next
  }
}

extension CommandReply {
  fileprivate init(_ stream: CommandStream) {
    self = stream == .stderr ? .stderr : .stdout
  }
}
