public import LandlineProtocol

/// Who is asking, and what they may do.
public struct Principal: Hashable, Sendable {
  /// By what they showed who they are.
  public enum Credential: Hashable, Sendable {
    case device(id: String)
    case token(name: String)
    /// The control socket on the server's own machine.
    case local
  }

  /// The account's id; 0 on the control socket, which belongs to no account.
  public var accountID: Int64
  public var account: String
  public var role: String
  public var credential: Credential
  public var grants: [Grant]

  public init(
    accountID: Int64, account: String, role: String, credential: Credential, grants: [Grant]
  ) {
    self.accountID = accountID
    self.account = account
    self.role = role
    self.credential = credential
    self.grants = grants
  }

  /// Somebody with the server's own user id on the server's own machine.
  public static let local = Principal(
    accountID: 0, account: "local", role: "admin", credential: .local,
    grants: Grant("admin").map { [$0] } ?? [])

  public var isAdmin: Bool { grants.contains { $0.kind == .admin } }

  /// - Throws: `forbidden`.
  public func requireAdmin(to what: String) throws(LineError) {
    guard isAdmin else {
      throw LineError(.forbidden, "\(account) (\(role)) may not \(what): that needs the role admin")
    }
  }

  /// - Throws: `forbidden`.
  public func requireRead(_ path: RemotePath) throws(LineError) {
    try require(.filesRead, path, "read")
  }

  /// - Throws: `forbidden`.
  public func requireWrite(_ path: RemotePath) throws(LineError) {
    try require(.filesWrite, path, "write")
  }

  private func require(_ kind: Grant.Kind, _ path: RemotePath, _ verb: String) throws(LineError) {
    let allowed =
      isAdmin || grants.contains { $0.kind == kind && $0.glob?.matches(path) == true }
    guard allowed else {
      throw LineError(.forbidden, "\(account) (\(role)) may not \(verb) '\(path)'")
    }
  }
}
