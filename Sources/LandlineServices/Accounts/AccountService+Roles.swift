public import LandlineProtocol

/// Roles: what they allow, and who has which.
extension AccountService {
  /// The most roles of a server, parents and grants of one.
  private static let mostRoles = 1_000
  private static let mostParents = 32
  private static let mostGrants = 256

  /// Defines a role, or defines it anew; it counts at once for everybody who has it.
  /// - Throws: `bad-request` for grants that are none, and for parents that contradict each other; `not-found` for an
  ///   unknown parent; `forbidden` for the roles that every server has, and where no admin would be left.
  public func defineRole(_ request: RoleDefineRequest, by principal: Principal) async throws -> RoleAnswer {
    try principal.requireAdmin(to: "define roles")
    try Name.check(request.name, as: "a role")
    guard !Role.builtin.contains(request.name.lowercased()) else {
      throw LineError(
        .forbidden,
        "'\(request.name)' is one of the roles that every server has, and stays as it is; define one with it as a parent"
      )
    }
    let role = Role(
      name: request.name, parents: request.parents ?? [], grants: try Self.normalized(request.grants ?? []))
    guard role.parents.count <= Self.mostParents, role.grants.count <= Self.mostGrants else {
      throw LineError(.tooMany, "a role has at most \(Self.mostParents) parents and \(Self.mostGrants) grants")
    }
    return try await roles.changes.withSlot {
      guard roles.table.roles[role.name] != nil || roles.table.roles.count < Self.mostRoles else {
        throw LineError(.tooMany, "a server has at most \(Self.mostRoles) roles; remove some")
      }
      let other = roles.table.roles.keys.first { $0.lowercased() == role.name.lowercased() && $0 != role.name }
      if let other {
        throw LineError(.exists, "there is a role '\(other)', and two roles cannot differ in case only")
      }
      let table = try roles.table.defining(role)
      try await requireAdminLeft(by: principal) { table.resolution(of: $0.role) }
      try await quotas(of: table)
      let isNew = try await store.defineRole(role)
      roles.changed(table)
      await refreshAll()
      var answer = try Self.answer(role.name, in: table)
      answer.created = isNew
      return answer
    }
  }

  /// What a role is, and where what it allows comes from.
  public func showRole(named name: String, by principal: Principal) throws -> RoleAnswer {
    try principal.requireAdmin(to: "see roles")
    return try Self.answer(name, in: roles.table)
  }

  /// All roles by name.
  public func listRoles(by principal: Principal) async throws -> [RoleEntry] {
    try principal.requireAdmin(to: "see roles")
    let accounts = try await store.accounts().map(\.account.role)
    return roles.table.roles.values.sorted { $0.name < $1.name }.map { role in
      RoleEntry(
        name: role.name, parents: role.parents, grants: role.grants, accounts: accounts.count { $0 == role.name })
    }
  }

  /// Removes a role that nobody has, and no other role is built on.
  /// - Throws: `not-found`; `not-empty` while it is used, which says by whom; `forbidden` for those that every server has.
  public func removeRole(named name: String, by principal: Principal) async throws {
    try principal.requireAdmin(to: "remove roles")
    guard !Role.builtin.contains(name) else {
      throw LineError(.forbidden, "'\(name)' is one of the roles that every server has, and stays")
    }
    try await roles.changes.withSlot {
      let children = roles.table.children(of: name)
      guard children.isEmpty else {
        throw LineError(
          .notEmpty,
          "the role '\(printable(name))' is in use: \(shown(children)) \(children.count == 1 ? "is" : "are") built on it"
        )
      }
      try await store.removeRole(named: name)
      roles.changed(RoleTable(roles.table.roles.values.filter { $0.name != name }))
    }
  }

  /// Gives an account another role, which counts at once.
  public func setRole(_ role: String, ofAccount name: String, by principal: Principal) async throws -> AccountEntry {
    try principal.requireAdmin(to: "change accounts")
    return try await roles.changes.withSlot {
      guard roles.table.roles[role] != nil else { throw Self.unknownRole(role) }
      try await requireAdminLeft(by: principal) { [table = roles.table] account in
        table.resolution(of: account.name.lowercased() == name.lowercased() ? role : account.role)
      }
      guard let account = try await store.setRole(role, ofAccount: name) else {
        throw LineError(.notFound, "there is no account '\(printable(name))'")
      }
      roles.changed()
      await refreshAll()
      let devices = try await store.accounts().first { $0.account.id == account.id }?.devices ?? 0
      return AccountEntry(
        name: account.name, role: account.role, created: account.created, seen: account.seen, devices: devices,
        rate: account.rate)
    }
  }

  // MARK: How

  static func unknownRole(_ name: String) -> LineError {
    LineError(.notFound, "there is no role '\(printable(name))'")
  }

  /// Grants as they are kept: each one of its own, without repetitions.
  private static func normalized(_ texts: [String]) throws(LineError) -> [String] {
    var grants: [String] = []
    for text in texts {
      for grant in try Grant.parse(text) where !grants.contains(grant.description) { grants.append(grant.description) }
    }
    return grants
  }

  private static func answer(_ name: String, in table: RoleTable) throws(LineError) -> RoleAnswer {
    guard let role = table.roles[name] else { throw unknownRole(name) }
    let resolution = table.resolution(of: name)
    return RoleAnswer(
      name: role.name, parents: role.parents, grants: role.grants, linearization: resolution?.linearization ?? [],
      effective: (resolution?.effective ?? []).map { RoleAnswer.Effective(grant: $0.grant.description, from: $0.role) })
  }

  /// On the server's own machine an invite for another admin can always be made; over the line nobody could any more.
  /// - Parameter resolution: what the account's role will come to.
  func requireAdminLeft(
    by principal: Principal, _ resolution: (Account) -> RoleTable.Resolution?
  ) async throws {
    guard principal.credential != .local else { return }
    let isLeft = try await store.accounts().contains { account, _ in
      resolution(account)?.grants.contains { $0.kind == .admin && $0.scope == .everything } ?? false
    }
    guard isLeft else {
      throw LineError(
        .forbidden,
        "no admin would be left; make another one first, or do it on the server's own machine (--data)")
    }
  }

  private func shown(_ names: [String]) -> String {
    names.prefix(8).map { "'\(printable($0))'" }.joined(separator: ", ") + (names.count > 8 ? " and others" : "")
  }
}
