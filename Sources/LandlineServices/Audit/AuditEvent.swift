public import LandlineProtocol

/// One line of the audit log: who did what, or was refused.
public struct AuditEvent: Sendable {
  public enum Value: Hashable, Sendable {
    case text(String)
    case number(Int64)
    case list([String])
    case digest(Digest256)
  }

  /// What happened: `login`, `refused`, `put`, `run` (docs/OPERATIONS.md has the list).
  public var what: String
  public var account: String?
  public var role: String?
  /// By what the account was logged in: `device ID`, `token NAME`, `local`.
  public var by: String?
  /// The client's address.
  public var peer: String?
  public var details: [(key: StaticString, value: Value)]

  /// - Parameter details: in the order in which they are to stand in the line. Never a secret.
  public init(_ what: String, _ details: KeyValuePairs<StaticString, Value> = [:]) {
    self.what = what
    self.details = details.map { (key: $0.key, value: $0.value) }
  }

  /// The same, done by somebody.
  public init(
    _ what: String, by principal: Principal, peer: String?, _ details: KeyValuePairs<StaticString, Value> = [:]
  ) {
    self.init(what, details)
    self.peer = peer
    account = principal.account
    role = principal.role
    by = principal.credential.description
  }
}

extension Principal.Credential: CustomStringConvertible {
  public var description: String {
    switch self {
    case .device(let id): "device \(id)"
    case .token(let name): "token \(name)"
    case .local: "local"
    }
  }
}
