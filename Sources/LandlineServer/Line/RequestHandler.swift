import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// Runs one request: calls the service, sends what it answers. It decides nothing.
struct RequestHandler: Sendable {
  let session: LineSession
  let principal: Principal
  let id: UInt64

  private var services: Services { session.services }

  func run(_ request: RequestReader.Accepted) async {
    var succeeded = true
    do {
      if services.status.registry.isDraining {
        throw LineError(.shuttingDown, "the server is ending and takes no new requests")
      }
      if request.isTransfer {
        try await services.status.transfers.count { try await answer(request) }
      } else {
        try await answer(request)
      }
    } catch {
      succeeded = false
      // A connection that is gone has nobody to tell.
      try? await session.sender.send(id, .error(lineError(from: error, request)))
    }
    session.finished(id, succeeded: succeeded)
  }

  /// The error for the client; what is our fault is told to the log instead.
  private func lineError(from error: any Error, _ request: RequestReader.Accepted) -> LineError {
    if let error = error as? LineError {
      if error.code == .internal {
        session.logger.error(
          "request failed", metadata: ["op": "\(request.operation.name)", "error": "\(error)"])
      }
      return error
    }
    // The connection is gone: the client will not read this, and it is nobody's fault here.
    if error is CancellationError || error is LineTransportError || !session.line.channel.isActive {
      return .cancelled
    }
    session.logger.error(
      "request failed", metadata: ["op": "\(request.operation.name)", "error": "\(error)"])
    return LineError(.internal, "the server failed; its log says more")
  }

  private func answer(_ request: RequestReader.Accepted) async throws {
    switch request.operation {
    case .whoami: try await send(.welcome(services.accounts.welcome(principal, withGrants: true)))
    case .ping: try await send(.pong)
    case .list(let fields):
      try await session.bulkAnswers.withSlot {
        let (entries, more) = try services.files.list(fields.path, after: fields.after, by: principal)
        try await send(.entries(EntriesAnswer(more: more)), body: ByteBuffer(bytes: JSON.encode(entries)))
      }
    case .stat(let fields):
      try await send(.entry(try await services.files.stat(fields.path, by: principal)))
    case .get(let fields): try await get(fields, request.isCancelled)
    case .verify(let fields):
      let heartbeat = Heartbeat(session.sender, id: id)
      let verified = try await services.files.verify(fields.path, by: principal) { done, total in
        try request.isCancelled.check()
        try await heartbeat.beat(done: done, total: total)
      }
      try await send(.verified(verified))
    case .put(let fields):
      guard let pipe = request.pipe else { throw LineError(.internal, "a put without its pipe") }
      let put = PutHandler(
        session: session, principal: principal, id: id, pipe: pipe, isCancelled: request.isCancelled)
      if fields.isWhole {
        try await session.smallPuts.withSlot {
          try await services.status.smallPuts.withSlot { try await put.run(fields) }
        }
      } else {
        try await put.run(fields)
      }
    case .remove(let fields):
      try await services.files.remove(fields.path, by: principal)
      try await send(.removed)
    case .status: try await send(.status(try await status()))
    case .accounts:
      try await session.bulkAnswers.withSlot {
        let accounts = try await services.accounts.accounts(by: principal)
        try await sendList(
          accounts, whole: .accounts(AccountsAnswer(accounts: accounts)),
          asBody: .accounts(AccountsAnswer(accounts: nil)))
      }
    case .accountRemove(let fields):
      let removed = try await services.accounts.removeAccount(named: fields.name, by: principal)
      try await services.files.dropUploads(ofAccount: removed)
      try await send(.removed)
    case .inviteCreate(let fields):
      try await send(
        .invite(
          try await services.accounts.createInvite(
            role: fields.role, lifetime: fields.expiresIn, by: principal)))
    case .tokenCreate(let fields):
      try await send(
        .token(
          try await services.accounts.createToken(
            named: fields.name, role: fields.role, by: principal)))
    case .tokenList:
      try await session.bulkAnswers.withSlot {
        let tokens = try await services.accounts.tokens(by: principal)
        try await sendList(
          tokens, whole: .tokens(TokensAnswer(tokens: tokens)),
          asBody: .tokens(TokensAnswer(tokens: nil)))
      }
    case .tokenRevoke(let fields):
      try await services.accounts.revokeToken(
        named: fields.name, of: fields.account, by: principal)
      try await send(.removed)
    case .hello, .login, .join:
      throw LineError(.badRequest, "this connection is logged in already")
    case .tree, .move, .makeFolder, .accountLimit, .data, .commit, .cancel, .unknown:
      throw LineError(
        .unsupported, "there is no operation '\(printable(request.operation.name))'")
    }
  }

  private func send(_ reply: Reply, body: ByteBuffer? = nil) async throws {
    try await session.sender.send(id, reply, body: body)
  }

  /// A list in the head while it fits there, else as the body.
  private func sendList(_ items: [some Encodable], whole: Reply, asBody: Reply) async throws {
    let encoded = JSON.encode(items)
    if encoded.count < LineProtocol.maximumHead / 2 {
      try await send(whole)
    } else if encoded.count <= LineProtocol.maximumBody {
      try await send(asBody, body: ByteBuffer(bytes: encoded))
    } else {
      throw LineError(.tooMany, "the list has more than \(LineProtocol.maximumBody) bytes")
    }
  }

  private func status() async throws -> StatusAnswer {
    try principal.requireAdmin(to: "see the server's status")
    let space = try services.files.space()
    let status = services.status
    return StatusAnswer(
      version: Software.version,
      uptime: (ContinuousClock.now - status.started).components.seconds,
      connections: status.registry.count,
      transfers: status.transfers.value,
      listening: status.listening, fingerprint: status.fingerprint,
      freeBytes: space.free, totalBytes: space.total, received: 0, sent: 0, receiveRate: 0, sendRate: 0)
  }

  /// The size of a body message of a get, in bytes.
  private static let piece = 262_144

  private func get(_ fields: GetRequest, _ isCancelled: CancelFlag) async throws {
    let heartbeat = Heartbeat(session.sender, id: id)
    let download = try await services.files.download(fields, by: principal) { done, total in
      try isCancelled.check()
      try await heartbeat.beat(done: done, total: total)
    }
    try await send(.file(download.head))
    while download.remaining > 0 {
      try isCancelled.check()
      try await session.bulkAnswers.withSlot {
        var buffer = ByteBuffer()
        let size = Int(min(Int64(Self.piece), download.remaining))
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { room in
          try download.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<size]))
        }
        try await session.sender.sendData(id, buffer)
      }
    }
    try await send(.end(EndAnswer(sha256: try await download.finish())))
  }
}
