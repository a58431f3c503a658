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

  func logLogin(_ principal: Principal) {
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
