import Framing
import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// The beginning of a connection: hello, and who it is (docs/PROTOCOL.md section 4).
struct Login {
  let line: LineChannel
  let sender: AnswerSender
  let accounts: AccountService
  let door: LineSession.Door
  let logger: Logger
  let audit: any AuditLog
  let refused: RefusedLogins
  /// The client's address.
  let peer: String?

  /// How often a name may be taken before the connection is closed.
  private static let maximumTries = 8

  /// - Parameter isNew: whether an id may be used.
  /// - Returns: nil when the client left, or was told why it may not come in.
  func run(accepting isNew: (UInt64) -> Bool) async throws -> Principal? {
    let nonce = Secret.randomBytes(count: 32)
    var isGreeted = false
    var tries = 0
    while let request = try await nextRequest() {
      guard isNew(request.id) else { throw LineError(.badRequest, "the id \(request.id) is not new") }
      do {
        switch request.operation {
        case .hello(let hello) where !isGreeted:
          guard hello.versions.contains(LineProtocol.version) else {
            throw LineError(.unsupported, "this server speaks version \(LineProtocol.version) only")
          }
          isGreeted = true
          try await sender.send(
            request.id, .hello(HelloAnswer(software: Software.name, nonce: nonce)))
        case .login(let login) where isGreeted:
          return try await welcome(try await logIn(login, nonce), request.id)
        case .join(let join) where isGreeted:
          guard case .line = door else {
            throw LineError(.unsupported, "nobody joins over the control socket")
          }
          let principal = try await accounts.join(join, nonce: nonce)
          logger.notice("joined", metadata: ["account": "\(principal.account)", "role": "\(principal.role)"])
          audit.record(AuditEvent("join", by: principal, peer: peer))
          return try await welcome(principal, request.id)
        default:
          throw LineError(
            .unauthenticated,
            isGreeted ? "log in first" : "the first request must be hello, and it comes once")
        }
      } catch let error as LineError {
        logRefusal(of: request.operation, error)
        try await sender.send(request.id, .error(error))
        // A name that is taken is worth another try on the same connection; nothing else is.
        tries += 1
        guard error.code == .exists, tries < Self.maximumTries else { return nil }
      }
    }
    return nil
  }

  private func logIn(_ login: LoginRequest, _ nonce: [UInt8]) async throws -> Principal {
    switch door {
    case .line: return try await accounts.login(login, nonce: nonce)
    case .control(let secret):
      // Compared by their hashes, so that the time it takes says nothing about where they differ.
      guard let offered = login.secret, Secret.hash(offered) == Secret.hash(secret) else {
        throw LineError(.unauthenticated, "that is not the secret of this control socket")
      }
      return .local
    }
  }

  /// Who guesses is to be seen by the operator, with where from (the logger knows the peer) and with what; never with the
  /// secret that was tried.
  private func logRefusal(of operation: LandlineProtocol.Operation, _ error: LineError) {
    var metadata: Logger.Metadata = ["op": "\(operation.name)", "code": "\(error.code)", "reason": "\(error.message)"]
    switch operation {
    case .login(let login): metadata["device"] = login.device.map { "\(printable($0))" }
    case .join(let join): metadata["name"] = "\(printable(join.name))"
    default: break
    }
    logger.warning("login refused", metadata: metadata)
    guard let omitted = refused.next() else { return }
    var event = AuditEvent("refused", ["op": .text(operation.name), "reason": .text(error.message)])
    event.peer = peer
    switch operation {
    case .login(let login):
      if let device = login.device { event.details.append(("device", .text(device))) }
    case .join(let join): event.details.append(("name", .text(join.name)))
    default: break
    }
    if omitted > 0 { event.details.append(("omitted", .number(omitted))) }
    audit.record(event)
  }

  private func welcome(_ principal: Principal, _ id: UInt64) async throws -> Principal {
    // Before the answer, for the client may use them as soon as it has it.
    try await line.setLimits(.init(head: LineProtocol.maximumHead, body: LineProtocol.maximumBody))
    try await sender.send(id, .welcome(accounts.welcome(principal)))
    return principal
  }

  /// The next request; bodies cannot come here, the limits see to it.
  private func nextRequest() async throws -> Request? {
    while let event = try await line.next() {
      if case .head(let head, _) = event { return try JSON.decode(Request.self, from: head) }
    }
    return nil
  }
}
