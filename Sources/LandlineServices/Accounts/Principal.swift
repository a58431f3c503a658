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
  /// The account's own limit in bytes a second, each way; nil: as everybody.
  public var rate: Int64?

  public init(
    accountID: Int64, account: String, role: String, credential: Credential, grants: [Grant], rate: Int64? = nil
  ) {
    self.accountID = accountID
    self.account = account
    self.role = role
    self.credential = credential
    self.grants = grants
    self.rate = rate
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

  /// Requires that the grants extend to a folder and whatever may be in it, now or at the moment when it is moved.
  /// - Throws: `forbidden`.
  public func requireRead(everythingIn folder: RemotePath) throws(LineError) {
    try require(.filesRead, everythingIn: folder, "read")
  }

  /// As `requireRead(everythingIn:)`.
  /// - Throws: `forbidden`.
  public func requireWrite(everythingIn folder: RemotePath) throws(LineError) {
    try require(.filesWrite, everythingIn: folder, "write")
  }

  /// For a name in the folder `folder`, given by its bytes below it, whether it may be read; nil when everything there
  /// may be.
  func readRule(below folder: RemotePath) -> ((_ path: [UInt8]) -> Bool)? { rule(.filesRead, below: folder) }

  /// The same for writing, which includes removing.
  func writeRule(below folder: RemotePath) -> ((_ path: [UInt8]) -> Bool)? { rule(.filesWrite, below: folder) }

  private func require(_ kind: Grant.Kind, _ path: RemotePath, _ verb: String) throws(LineError) {
    let allowed =
      isAdmin || grants.contains { $0.kind == kind && $0.glob?.matches(path) == true }
    guard allowed else {
      throw LineError(.forbidden, "\(account) (\(role)) may not \(verb) '\(path)'")
    }
  }

  private func require(_ kind: Grant.Kind, everythingIn folder: RemotePath, _ verb: String) throws(LineError) {
    guard covers(kind, folder) else {
      throw LineError(
        .forbidden,
        "\(account) (\(role)) may not \(verb) everything that can be in '\(folder)': that needs "
          + "\(kind.rawValue)=\(folder == .root ? "**" : "\(folder)/**")")
    }
  }

  private func rule(_ kind: Grant.Kind, below folder: RemotePath) -> ((_ path: [UInt8]) -> Bool)? {
    if covers(kind, folder) { return nil }
    let globs = globs(kind)
    return { path in
      let names = folder.components + path.split(separator: UInt8(ascii: "/")).map(Array.init)
      return globs.contains { $0.matches(names) }
    }
  }

  private func covers(_ kind: Grant.Kind, _ folder: RemotePath) -> Bool {
    if isAdmin { return true }
    return globs(kind).reduce(into: PathGlob.Coverage()) { $0.formUnion($1.coverage(of: folder)) }.isEverything
  }

  private func globs(_ kind: Grant.Kind) -> [PathGlob] {
    grants.compactMap { $0.kind == kind ? $0.glob : nil }
  }
}
