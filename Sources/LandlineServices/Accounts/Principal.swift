public import LandlineProtocol

/// Who is asking, and what they may do at this moment (``LivePrincipal``).
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
  /// What the role allows.
  public var grants: [Grant]
  /// What the account's own role allows, where the login is by a token: such a login may do what both allow.
  public var ceiling: [Grant]?
  /// The account's own limit in bytes a second, each way; nil: as everybody.
  public var rate: Int64?

  public init(
    accountID: Int64, account: String, role: String, credential: Credential, grants: [Grant], ceiling: [Grant]? = nil,
    rate: Int64? = nil
  ) {
    self.accountID = accountID
    self.account = account
    self.role = role
    self.credential = credential
    self.grants = grants
    self.ceiling = ceiling
    self.rate = rate
  }

  /// Somebody with the server's own user id on the server's own machine.
  public static let local = Principal(
    accountID: 0, account: "local", role: "admin", credential: .local, grants: [Grant(.admin, .everything)])

  public var isAdmin: Bool { layers.allSatisfy { $0.isAdmin } }

  /// The most bytes that the account may have stored; nil: no bound.
  public var quota: Int64? { layers.compactMap(\.quota).min() }

  /// Whose bytes are what they store; nil for the operator on the control socket.
  var owner: FileOwner? { accountID == 0 ? nil : FileOwner(account: accountID, quota: quota) }

  /// - Throws: `forbidden`.
  public func requireAdmin(to what: String) throws(LineError) {
    guard isAdmin else {
      throw LineError(.forbidden, "\(account) (\(role)) may not \(what): that needs the role admin")
    }
  }

  // MARK: Files

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

  // MARK: Commands

  /// Requires that a command may be run.
  /// - Parameter command: the program by its absolute path, and the arguments.
  /// - Throws: `bad-path` for a program without an absolute path, or with `.` or `..` in it; `bad-request` for nothing,
  ///   or with a NUL in it, which no argument can have; `forbidden`.
  public func requireRun(_ command: [String]) throws(LineError) {
    guard let program = command.first, !program.isEmpty else {
      throw LineError(.badRequest, "a command needs a program")
    }
    guard !command.contains(where: { $0.utf8.contains(0) }) else {
      throw LineError(.badRequest, "neither a program nor an argument can have a NUL in it")
    }
    guard program.hasPrefix("/"), Self.isPlain(program) else {
      throw LineError(
        .badPath,
        "'\(printable(program))' does not name a program: that takes an absolute path without '.', '..' and '//'")
    }
    guard mayRun(command) else {
      throw LineError(
        .forbidden,
        "\(account) (\(role)) may not run '\(printable(program))' like that: that needs a role with "
          + "commands.run=\(printable(program))")
    }
  }

  /// Whether a command may be run.
  public func mayRun(_ command: [String]) -> Bool {
    layers.allSatisfy { $0.commands.contains { $0.matches(command) } }
  }

  /// - Throws: `forbidden`.
  public func requireShell() throws(LineError) {
    guard mayUseShell else {
      throw LineError(
        .forbidden, "\(account) (\(role)) may not have a shell: that needs a role with commands.shell")
    }
  }

  /// Whether they may have an interactive shell.
  public var mayUseShell: Bool {
    layers.allSatisfy(\.hasShell)
  }

  private static func isPlain(_ program: String) -> Bool {
    program.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
    }
  }

  // MARK: Chat

  /// - Throws: `forbidden`.
  public func requireRoom(_ name: String) throws(LineError) {
    guard mayEnter(name) else {
      throw LineError(
        .forbidden,
        "\(account) (\(role)) may not enter the room '\(printable(name))': that needs a role with chat.rooms=\(printable(name))"
      )
    }
  }

  /// Whether they may be in a room.
  public func mayEnter(_ room: String) -> Bool {
    let name = [Array(room.utf8)]
    return layers.allSatisfy { $0.globs(.chatRooms).contains { $0.matches(name) } }
  }

  /// Whether there is any room that they may be in.
  public var mayChat: Bool { layers.allSatisfy { !$0.globs(.chatRooms).isEmpty } }

  // MARK: How

  /// Whether these grants allow nothing that the principal may not do: those of a token must not.
  func covers(_ grants: [Grant]) -> Bool {
    let other = GrantLayer(all: grants)
    return layers.allSatisfy { $0.contains(other) }
  }

  private var layers: [GrantLayer] { [GrantLayer(all: grants)] + (ceiling.map { [GrantLayer(all: $0)] } ?? []) }

  private func require(_ kind: Grant.Kind, _ path: RemotePath, _ verb: String) throws(LineError) {
    guard layers.allSatisfy({ $0.globs(kind).contains { $0.matches(path) } }) else {
      throw LineError(.forbidden, "\(account) (\(role)) may not \(verb) '\(path)'")
    }
  }

  private func require(_ kind: Grant.Kind, everythingIn folder: RemotePath, _ verb: String) throws(LineError) {
    guard layers.allSatisfy({ $0.covers(kind, folder) }) else {
      throw LineError(
        .forbidden,
        "\(account) (\(role)) may not \(verb) everything that can be in '\(folder)': that needs "
          + "\(kind.rawValue)=\(folder == .root ? "**" : "\(folder)/**")")
    }
  }

  private func rule(_ kind: Grant.Kind, below folder: RemotePath) -> ((_ path: [UInt8]) -> Bool)? {
    let partial = layers.filter { !$0.covers(kind, folder) }.map { $0.globs(kind) }
    if partial.isEmpty { return nil }
    return { path in
      let names = folder.components + path.split(separator: UInt8(ascii: "/")).map(Array.init)
      return partial.allSatisfy { globs in globs.contains { $0.matches(names) } }
    }
  }
}

/// What one role allows: the principal's, or its ceiling.
private struct GrantLayer {
  private static let everything = PathGlob("**")

  let all: [Grant]

  var isAdmin: Bool { all.contains { $0.kind == .admin && $0.scope == .everything } }

  var quota: Int64? {
    grants(.filesQuota).compactMap { if case .bytes(let count) = $0.scope { count } else { nil } }.min()
  }

  func grants(_ kind: Grant.Kind) -> [Grant] { all.filter { $0.kind == kind } }

  func globs(_ kind: Grant.Kind) -> [PathGlob] {
    let own = grants(kind)
    if own.isEmpty, kind.isImpliedByAdmin, isAdmin { return [Self.everything] }
    return own.compactMap(\.glob)
  }

  /// Whether `other` allows nothing more. Quotas aside: the smaller one counts anyway.
  func contains(_ other: GrantLayer) -> Bool {
    if other.isAdmin && !isAdmin || other.hasShell && !hasShell { return false }
    for kind in [Grant.Kind.filesRead, .filesWrite, .chatRooms] {
      let own = globs(kind)
      guard other.globs(kind).allSatisfy({ glob in own.contains { $0.contains(glob) } }) else { return false }
    }
    return other.commands.allSatisfy { command in commands.contains { $0.contains(command) } }
  }

  var hasShell: Bool { grants(.commandsShell).contains { $0.scope == .everything } }

  var commands: [CommandPattern] {
    grants(.commandsRun).compactMap { if case .command(let pattern) = $0.scope { pattern } else { nil } }
  }

  func covers(_ kind: Grant.Kind, _ folder: RemotePath) -> Bool {
    globs(kind).reduce(into: PathGlob.Coverage()) { $0.formUnion($1.coverage(of: folder)) }.isEverything
  }
}
