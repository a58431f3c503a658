import Crypto
import Glibc
public import LandlineProtocol

/// What ended the right to be connected.
public enum Revocation: Hashable, Sendable {
  case account(id: Int64)
  case token(account: Int64, name: String)

  /// Whether a connection of this principal is over.
  public func concerns(_ principal: Principal) -> Bool {
    switch self {
    case .account(let id): principal.accountID == id && principal.credential != .local
    case .token(let account, let name):
      principal.accountID == account && principal.credential == .token(name: name)
    }
  }
}

/// Accounts, devices, invites and access tokens: who may come in, and as whom.
public struct AccountService: Sendable {
  /// What the service must know of the server it belongs to.
  public struct Server: Sendable {
    public var name: String
    /// SHA-256 of the leaf certificate (DER): what device signatures are bound to.
    public var leaf: Digest256
    /// An invite without a token: where the server is and how it is known.
    public var address: Invite

    public init(name: String, leaf: Digest256, address: Invite) {
      self.name = name
      self.leaf = leaf
      self.address = address
    }
  }

  let store: any AccountStore
  private let server: Server
  private let rates: AccountRates
  private let revoked: @Sendable (Revocation) async -> Void
  let roles: RoleBook
  private let connected: @Sendable () -> [LivePrincipal]
  private let countAccounts: @Sendable () async throws -> Void

  /// - Parameters:
  ///   - rates: told of every change of an account's limit.
  ///   - roles: as the store has them.
  ///   - connected: everybody who is logged in at this moment: a change of roles is told to them.
  ///   - countAccounts: called before the first quota counts: from then on the bytes of accounts are to be known.
  ///   - revoked: ends the connections that a revocation concerns.
  public init(
    store: any AccountStore, server: Server, rates: AccountRates, roles: [Role],
    connected: @escaping @Sendable () -> [LivePrincipal],
    countAccounts: @escaping @Sendable () async throws -> Void = {},
    revoked: @escaping @Sendable (Revocation) async -> Void
  ) {
    self.store = store
    self.server = server
    self.rates = rates
    self.revoked = revoked
    self.roles = RoleBook(roles)
    self.connected = connected
    self.countAccounts = countAccounts
  }

  // MARK: Coming in

  /// The very first invite, for an admin, good for an hour; nil when there are accounts or invites already.
  public func firstInvite() async throws -> InviteAnswer? {
    guard try await store.isEmpty() else { return nil }
    return try await makeInvite(role: "admin", creator: nil, lifetime: 3_600)
  }

  /// - Parameter nonce: the bytes this connection's hello said.
  /// - Throws: `unauthenticated`.
  public func login(_ request: LoginRequest, nonce: [UInt8]) async throws -> Principal {
    if let token = request.token {
      guard let found = try await store.token(hash: Secret.hash(token)) else {
        throw LineError(
          .unauthenticated, "that access token is not known here; it may have been revoked")
      }
      return await principal(found.account, tokenRole: found.token.role, credential: .token(name: found.token.name))
    }
    guard let id = request.device, let signature = request.signature.flatMap(Base64.decode) else {
      throw LineError(.badRequest, "a login needs a device and its signature, or a token")
    }
    guard let found = try await store.device(id: id),
      isSignature(signature, by: found.device.publicKey, device: id, nonce: nonce)
    else {
      throw LineError(
        .unauthenticated,
        "this device is not known here (any more); its account may have been removed")
    }
    return await principal(found.account, credential: .device(id: id))
  }

  /// - Throws: `unauthenticated` for an invite that is not good; `exists` for a name that is taken.
  public func join(_ request: JoinRequest, nonce: [UInt8]) async throws -> Principal {
    try Name.check(request.name, as: "an account")
    try Name.check(request.deviceName, as: "a device")
    guard request.name.lowercased() != Principal.local.account else {
      throw LineError(.badRequest, "the name '\(request.name)' is the server's own; choose another")
    }
    guard let publicKey = Base64.decode(request.publicKey), publicKey.count == 32,
      let signature = Base64.decode(request.signature)
    else {
      throw LineError(.badRequest, "publicKey and signature must be base64 of 32 and 64 bytes")
    }
    let id = DeviceSignature.deviceID(publicKey: publicKey)
    guard isSignature(signature, by: publicKey, device: id, nonce: nonce) else {
      throw LineError(.unauthenticated, "the signature is not this device's for this connection")
    }
    let account = try await store.join(
      invite: Secret.hash(request.invite), name: request.name,
      device: Device(id: id, name: request.deviceName, publicKey: publicKey), now: Self.now())
    return await principal(account, credential: .device(id: id))
  }

  private func isSignature(
    _ signature: [UInt8], by publicKey: [UInt8], device: String, nonce: [UInt8]
  ) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else {
      return false
    }
    return key.isValidSignature(
      signature, for: DeviceSignature.payload(server: server.leaf, nonce: nonce, device: device))
  }

  private func principal(
    _ account: Account, tokenRole: String? = nil, credential: Principal.Credential
  ) async -> Principal {
    // When somebody was last here is good to know; a full disk must not keep people from making room on it.
    try? await store.touch(account: account.id, now: Self.now())
    return makePrincipal(account, tokenRole: tokenRole, credential: credential)
  }

  private func makePrincipal(_ account: Account, tokenRole: String?, credential: Principal.Credential) -> Principal {
    let table = roles.table
    let own = table.resolution(of: account.role)?.grants ?? []
    let role = tokenRole ?? account.role
    return Principal(
      accountID: account.id, account: account.name, role: role, credential: credential,
      grants: role == account.role ? own : table.resolution(of: role)?.grants ?? [],
      ceiling: role == account.role ? nil : own, rate: account.rate)
  }

  /// Brings a principal up to date with its account and its role. To be called right after a login is registered, so
  /// that a removal or a change at the same moment does not slip between the two.
  /// - Returns: false when its credential is not good any more.
  public func refresh(_ live: LivePrincipal) async throws -> Bool {
    let generation = roles.generation
    let principal = live.current
    let account: Account
    var tokenRole: String?
    switch principal.credential {
    case .local: return true
    case .device(let id):
      guard let found = try await store.device(id: id), found.account.id == principal.accountID else { return false }
      account = found.account
    case .token(let name):
      guard let found = try await store.token(named: name, account: principal.accountID) else { return false }
      (account, tokenRole) = (found.account, found.token.role)
    }
    live.update(
      makePrincipal(account, tokenRole: tokenRole, credential: principal.credential), generation: generation)
    return true
  }

  /// Tells everybody who is connected what they may do from now on.
  func refreshAll() async {
    for live in connected() {
      let generation = roles.generation
      // Whose credential is gone, or of whom nobody knows what they may do, may do nothing; the next login finds out.
      guard (try? await refresh(live)) != true else { continue }
      var nobody = live.current
      (nobody.grants, nobody.ceiling) = ([], nil)
      live.update(nobody, generation: generation)
    }
  }

  /// To be called at the start: where a role has a quota, it is to be known what accounts have stored.
  public func beginQuotas() async throws { try await quotas(of: roles.table) }

  /// Sees to it that the bytes of accounts are counted when a role has a quota.
  func quotas(of table: RoleTable) async throws {
    if table.hasQuotas { try await countAccounts() }
  }

  public func welcome(_ principal: Principal, withGrants: Bool = false) -> Welcome {
    var device: String?
    if case .device(let id) = principal.credential { device = id }
    return Welcome(
      account: principal.account, role: principal.role, server: server.name, device: device,
      grants: withGrants ? principal.grants.map(\.description) : nil,
      within: withGrants ? principal.ceiling?.map(\.description) : nil)
  }

  // MARK: Accounts

  public func accounts(by principal: Principal) async throws -> [AccountEntry] {
    try principal.requireAdmin(to: "list accounts")
    return try await store.accounts().map { account, devices in
      AccountEntry(
        name: account.name, role: account.role, created: account.created, seen: account.seen,
        devices: devices, rate: account.rate)
    }
  }

  /// Limits how fast an account's connections may go, those that are open as well.
  /// - Parameter rate: bytes a second, each way; 0: as everybody.
  public func limitAccount(named name: String, rate: Int64, by principal: Principal) async throws
    -> LimitedAnswer
  {
    try principal.requireAdmin(to: "limit accounts")
    guard rate == 0 || (AccountRates.slowest...AccountRates.fastest).contains(rate) else {
      throw LineError(
        .badRequest, "a rate is at least \(AccountRates.slowest) bytes a second, or 0 for no limit of its own")
    }
    let limit = rate == 0 ? nil : rate
    guard let account = try await store.limitAccount(named: name, rate: limit) else {
      throw LineError(.notFound, "there is no account '\(printable(name))'")
    }
    rates.set(account: account.id, limit)
    return LimitedAnswer(name: account.name, rate: rate)
  }

  /// Removes an account and ends its connections.
  /// - Returns: its id, for whoever keeps other things of it.
  public func removeAccount(named name: String, by principal: Principal) async throws -> Int64 {
    try principal.requireAdmin(to: "remove accounts")
    let id = try await roles.changes.withSlot {
      if try await isLastAdmin(named: name), principal.credential != .local {
        throw LineError(
          .forbidden,
          "\(printable(name)) is the last admin; invite another first, or remove it on the server's own machine (--data)"
        )
      }
      guard let id = try await store.removeAccount(named: name) else {
        throw LineError(.notFound, "there is no account '\(printable(name))'")
      }
      return id
    }
    await revoked(.account(id: id))
    rates.forget(account: id)
    return id
  }

  private func isLastAdmin(named name: String) async throws -> Bool {
    let table = roles.table
    let admins = try await store.accounts().filter { account, _ in
      table.resolution(of: account.role)?.grants.contains { $0.kind == .admin && $0.scope == .everything } ?? false
    }
    return admins.count == 1 && admins[0].account.name.lowercased() == name.lowercased()
  }

  // MARK: Invites

  /// The longest an invite is good: a year, in seconds.
  private static let longestInvite: Int64 = 366 * 86_400

  /// - Parameter lifetime: seconds; nil: a day.
  public func createInvite(role: String?, lifetime: Int64?, by principal: Principal) async throws
    -> InviteAnswer
  {
    try principal.requireAdmin(to: "invite")
    let lifetime = lifetime ?? 86_400
    guard (1...Self.longestInvite).contains(lifetime) else {
      throw LineError(.badRequest, "an invite is good for 1 second to 366 days")
    }
    return try await makeInvite(
      role: role ?? "member", creator: principal.account, lifetime: lifetime)
  }

  private func makeInvite(role: String, creator: String?, lifetime: Int64) async throws
    -> InviteAnswer
  {
    guard roles.table.roles[role] != nil else { throw Self.unknownRole(role) }
    let token = Secret.make()
    let now = Self.now()
    try await store.addInvite(
      hash: Secret.hash(token), role: role, creator: creator, created: now, expires: now + lifetime)
    var invite = server.address
    invite.token = token
    return InviteAnswer(invite: invite.description, role: role, expires: now + lifetime)
  }

  // MARK: Tokens

  public func createToken(named name: String, role: String?, by principal: Principal) async throws
    -> TokenAnswer
  {
    try Name.check(name, as: "a token")
    try requireDevice(principal, to: "make tokens")
    let role = role ?? principal.role
    guard roles.table.roles[role] != nil else { throw Self.unknownRole(role) }
    guard role == principal.role || principal.covers(roles.table.resolution(of: role)?.grants ?? []) else {
      throw LineError(
        .forbidden,
        "a token's role cannot be above its maker's: \(principal.account) is "
          + "\(principal.role), not \(role)")
    }
    let token = "lat_" + Secret.make()
    try await store.addToken(
      account: principal.accountID, name: name, hash: Secret.hash(token), role: role,
      created: Self.now())
    return TokenAnswer(name: name, token: token, role: role)
  }

  /// A token outlives whoever makes it only if a person made it, not another token.
  private func requireDevice(_ principal: Principal, to what: String) throws(LineError) {
    guard case .device = principal.credential else {
      throw LineError(.forbidden, "only somebody who is logged in by a device key may \(what)")
    }
  }

  /// The caller's tokens; an admin's view is everybody's.
  public func tokens(by principal: Principal) async throws -> [TokenEntry] {
    try await store.tokens(account: principal.isAdmin ? nil : principal.accountID).map {
      TokenEntry(name: $0.name, account: $0.account, role: $0.role, created: $0.created)
    }
  }

  /// - Parameter account: whose; nil: the caller's own.
  public func revokeToken(named name: String, of account: String?, by principal: Principal)
    async throws
  {
    if principal.credential != .local { try requireDevice(principal, to: "revoke tokens") }
    var owner = principal.accountID
    if let account, account != principal.account {
      try principal.requireAdmin(to: "revoke other accounts' tokens")
      guard let found = try await store.account(named: account) else {
        throw LineError(.notFound, "there is no account '\(printable(account))'")
      }
      owner = found.id
    }
    guard try await store.removeToken(named: name, account: owner) else {
      throw LineError(
        .notFound, "\(account ?? principal.account) has no token '\(printable(name))'")
    }
    await revoked(.token(account: owner, name: name))
    // Its connections are over; what it has left running, nobody may any more.
    roles.changed()
    await refreshAll()
  }

  private static func now() -> Int64 { Int64(time(nil)) }
}
