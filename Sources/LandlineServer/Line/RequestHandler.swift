import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// Runs one request: calls the service, sends what it answers. It decides nothing.
struct RequestHandler: Sendable {
  let session: LineSession
  /// Who asks, as it is at every moment.
  let live: LivePrincipal
  /// As it was when the request was begun with.
  let principal: Principal
  let id: UInt64
  private let answers: RequestAnswers

  init(session: LineSession, live: LivePrincipal, id: UInt64) {
    self.session = session
    self.live = live
    principal = live.current
    self.id = id
    answers = RequestAnswers(session: session, id: id)
  }

  private var services: Services { session.services }

  func run(_ request: RequestReader.Accepted) async {
    defer { answers.finish() }
    let rights = RightsWatch.begin(request, by: principal, live)
    defer { rights?.end() }
    do {
      await services.audit.waitForRoom()
      if services.status.registry.isDraining {
        throw LineError(.shuttingDown, "the server is ending and takes no new requests")
      }
      let progress = request.isTransfer ? try answers.beginTransfer(request.operation) : nil
      if request.needsPulse { session.pulse.begin(id) }
      try await answer(request, progress)
    } catch {
      var error = session.lineError(from: error, operation: request.operation.name)
      // What was ended in its midst does not know why.
      if error.code == .cancelled, request.isCancelled.isSet { error = request.isCancelled.error }
      if error.code == .forbidden { session.auditRefusal(of: request.operation, error, by: principal) }
      // A connection that is gone has nobody to tell.
      try? await answers.send(.error(error))
    }
  }

  private func answer(_ request: RequestReader.Accepted, _ progress: TransferProgress?) async throws {
    switch request.operation {
    case .whoami:
      var welcome = services.accounts.welcome(principal, withGrants: true)
      (welcome.quota, welcome.stored) = (principal.quota, services.files.stored(by: principal))
      try await send(.welcome(welcome))
    case .ping: try await send(.pong)
    case .list(let fields): try await folders(request).list(fields)
    case .tree(let fields): try await folders(request).tree(fields)
    case .remove(let fields): try await folders(request).remove(fields)
    case .move(let fields): try await folders(request).move(fields)
    case .makeFolder(let fields): try await folders(request).makeFolder(fields)
    case .stat(let fields):
      try await send(.entry(try await services.files.stat(fields.path, by: principal)))
    case .get(let fields): try await get(fields, request.isCancelled, progress)
    case .verify(let fields):
      let heartbeat = Heartbeat(session.sender, id: id)
      let verified = try await services.files.verify(fields.path, by: principal) { done, total in
        try request.isCancelled.check()
        progress?.note(done: done, of: total)
        try await heartbeat.beat(done: done, total: total)
      }
      try await send(.verified(verified))
    case .put(let fields):
      guard let pipe = request.pipe else { throw LineError(.internal, "a put without its pipe") }
      let put = PutHandler(
        session: session, live: live, principal: principal, id: id, answers: answers, pipe: pipe,
        isCancelled: request.isCancelled, progress: progress)
      try await put.run(fields)
    case .hello, .login, .join:
      throw LineError(.badRequest, "this connection is logged in already")
    case .status, .accounts, .tokenList: try await administration.answer(request.operation)
    case .accountRemove, .accountLimit, .inviteCreate, .tokenCreate, .tokenRevoke:
      try await carryThrough(request) { [administration] in try await administration.answer(request.operation) }
    case .chatJoin(let fields): try await chat.join(fields)
    case .chatLeave(let fields): try await chat.leave(fields)
    case .chatWho(let fields): try await chat.who(fields)
    case .chatHistory(let fields): try await chat.history(fields)
    case .chatSend: throw LineError(.internal, "a message that went the way of requests")
    case .roleShow, .roleList, .audit: try await roles(request).answer(request.operation)
    case .accountSet, .roleDefine, .roleRemove:
      let handler = roles(request)
      try await carryThrough(request) { try await handler.answer(request.operation) }
    case .time(let fields): try await send(.time(try TimeText.answer(fields.format)))
    case .command(let operation):
      try await CommandHandler(
        session: session, live: live, principal: principal, id: id, answers: answers, isCancelled: request.isCancelled,
        channel: request.channel
      ).answer(operation)
    case .data, .commit, .cancel, .unknown:
      throw LineError(
        .unsupported, "there is no operation '\(printable(request.operation.name))'")
    }
  }

  /// Lets a change come to its end once it is begun with, also when the connection ends meanwhile: between the store, those
  /// who are to be told of it, and the audit log.
  private func carryThrough(
    _ request: RequestReader.Accepted, _ change: @escaping @Sendable () async throws -> Void
  ) async throws {
    try Task.checkCancellation()
    // In a task of its own, which is waited for: what cancels the connection's tasks does not reach it.
    try await Task(executorPreference: request.needsDisk ? session.blocking : nil) { try await change() }.value
  }

  private var administration: AdministrationHandler {
    AdministrationHandler(session: session, principal: principal, answers: answers)
  }

  private func roles(_ request: RequestReader.Accepted) -> RoleHandler {
    RoleHandler(session: session, principal: principal, id: id, answers: answers, isCancelled: request.isCancelled)
  }

  private func folders(_ request: RequestReader.Accepted) -> FolderHandler {
    FolderHandler(
      session: session, principal: principal, id: id, answers: answers, isCancelled: request.isCancelled)
  }

  private var chat: ChatHandler {
    ChatHandler(session: session, live: live, principal: principal, answers: answers)
  }

  private func send(_ reply: Reply, body: ByteBuffer? = nil) async throws {
    try await answers.send(reply, body: body)
  }

  /// The size of a body message of a get, in bytes.
  private static let piece = 262_144

  private func get(_ fields: GetRequest, _ isCancelled: CancelFlag, _ progress: TransferProgress?) async throws {
    let heartbeat = Heartbeat(session.sender, id: id)
    let rate = services.rates.rate(for: principal)
    let download = try await services.files.download(fields, by: principal) { done, total in
      try isCancelled.check()
      try await heartbeat.beat(done: done, total: total)
    }
    let total = download.head.size
    try await send(.file(download.head))
    while download.remaining > 0 {
      try isCancelled.check()
      let done = total - download.remaining
      progress?.note(done: done, of: total)
      let size = Int(min(Int64(rate.piece(atMost: Self.piece)), download.remaining))
      if rate.isLimited {
        try await rate.pause(for: size, .sending) {
          try isCancelled.check()
          try await heartbeat.beat(done: done, total: total)
          return true
        }
      }
      try await session.bulkAnswers.withSlot {
        var buffer = ByteBuffer()
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
          try download.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<size]))
        }
        try await session.sender.sendData(id, buffer)
      }
    }
    let digest = try await download.finish()
    try await send(.end(EndAnswer(sha256: digest)))
    session.log("fetched", path: fields.path, size: total, by: principal)
  }
}
