import LandlineProtocol
import LandlineServices
import Logging

/// What a connection tells the log. Never a secret: no token, no invite, no signature.
extension LineSession {
  /// Notes what was done with a file.
  func log(_ what: Logger.Message, path: String, size: Int64? = nil, by principal: Principal) {
    logger.info(
      what,
      metadata: Self.metadata(["path": "\(path)", "account": "\(principal.account)"], "size", size.map { "\($0)" }))
  }

  /// Notes in the audit log what somebody did.
  func audit(
    _ what: String, by principal: Principal, _ details: KeyValuePairs<StaticString, AuditEvent.Value> = [:]
  ) {
    services.audit.record(AuditEvent(what, by: principal, peer: peer, details))
  }

  /// Notes in the audit log what somebody was not allowed to do.
  func auditRefusal(of operation: LandlineProtocol.Operation, _ error: LineError, by principal: Principal) {
    audit("refused", by: principal, ["op": .text(operation.name), "reason": .text(error.message)])
  }

  /// Notes that a file was stored.
  func logStored(_ stored: StoredAnswer, by principal: Principal) {
    log("stored", path: stored.path, size: stored.size, by: principal)
    audit(
      "put", by: principal,
      ["path": .text(stored.path), "size": .number(stored.size), "sha256": .digest(stored.sha256)])
  }

  func logLogin(_ principal: Principal) {
    audit("login", by: principal)
    logger.info(
      "login",
      metadata: Self.metadata(
        ["account": "\(principal.account)", "role": "\(principal.role)"], principal.credential.kind,
        principal.credential.name))
  }

  func logLogout(_ principal: Principal) {
    logger.info(
      "logout",
      metadata: [
        "account": "\(principal.account)", "received": "\(traffic.received)", "sent": "\(traffic.sent)",
      ])
  }

  private static func metadata(_ known: Logger.Metadata, _ key: String, _ value: String?) -> Logger.Metadata {
    guard let value else { return known }
    return known.merging([key: "\(value)"]) { own, _ in own }
  }
}

extension Principal.Credential {
  /// What it is, for the log.
  fileprivate var kind: String {
    switch self {
    case .device: "device"
    case .token: "token"
    case .local: "local"
    }
  }

  /// By what it is known; a token's name is not the token.
  fileprivate var name: String? {
    switch self {
    case .device(let id): id
    case .token(let name): name
    case .local: nil
    }
  }
}
