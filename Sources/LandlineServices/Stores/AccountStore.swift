public import LandlineProtocol

/// An account as the store keeps it.
public struct Account: Hashable, Sendable {
  public var id: Int64
  public var name: String
  public var role: String
  /// Seconds since 1970; `seen` is the last login, nil before the first.
  public var created: Int64
  public var seen: Int64?
  /// The account's own limit in bytes a second, each way; nil: as everybody.
  public var rate: Int64?

  public init(id: Int64, name: String, role: String, created: Int64, seen: Int64?, rate: Int64? = nil) {
    self.id = id
    self.name = name
    self.role = role
    self.created = created
    self.seen = seen
    self.rate = rate
  }
}

/// A device key: an Ed25519 public key that logs in to one account.
public struct Device: Hashable, Sendable {
  public var id: String
  public var name: String
  /// 32 bytes (RFC 8032).
  public var publicKey: [UInt8]

  public init(id: String, name: String, publicKey: [UInt8]) {
    self.id = id
    self.name = name
    self.publicKey = publicKey
  }
}

/// An access token, without the secret, of which only a hash is kept.
public struct AccessToken: Hashable, Sendable {
  public var name: String
  public var account: String
  public var role: String
  public var created: Int64

  public init(name: String, account: String, role: String, created: Int64) {
    self.name = name
    self.account = account
    self.role = role
    self.created = created
  }
}

/// Keeps accounts, devices, invites, access tokens and roles.
///
/// Whatever a method has done is durable when it returns. Secrets come and are kept as SHA-256 only.
/// Names of accounts differ in more than case. Times are seconds since 1970.
public protocol AccountStore: Sendable {
  /// Whether nobody has an account yet and no invite was ever made: the server's first start.
  func isEmpty() async throws -> Bool

  /// Keeps an invite.
  /// - Parameters:
  ///   - hash: of the invite's token.
  ///   - creator: the name of the account that made it, nil for the server's own first.
  func addInvite(hash: Digest256, role: String, creator: String?, created: Int64, expires: Int64)
    async throws

  /// Uses an invite: makes the account and its first device, in one step.
  ///
  /// The same invite with the same device again gives the account it made then.
  /// - Throws: `LineError`: `unauthenticated` for an invite that is unknown, used or expired;
  ///   `exists` for a name that is taken (the invite stays good) or a device that is known.
  func join(invite: Digest256, name: String, device: Device, now: Int64) async throws -> Account

  /// The device with this id and its account.
  func device(id: String) async throws -> (device: Device, account: Account)?

  /// Notes a login; durable soon, for nobody depends on it.
  func touch(account: Int64, now: Int64) async throws

  /// All accounts by name, with the number of their devices.
  func accounts() async throws -> [(account: Account, devices: Int)]

  /// Removes an account with its devices, its tokens, and the unused invites it made; gives its id, or nil when there is none of that name.
  func removeAccount(named name: String) async throws -> Int64?

  /// Keeps an account's own limit.
  /// - Parameter rate: bytes a second, each way; nil: none.
  /// - Returns: the account as it is now, or nil when there is none of that name.
  func limitAccount(named name: String, rate: Int64?) async throws -> Account?

  /// Keeps a token.
  /// - Throws: `LineError`: `exists` when the account has one of that name, `too-many` past 1,000.
  func addToken(account: Int64, name: String, hash: Digest256, role: String, created: Int64)
    async throws

  /// The token with this hash and its account.
  func token(hash: Digest256) async throws -> (token: AccessToken, account: Account)?

  /// The tokens of one account, or of all (nil), by account and name.
  func tokens(account: Int64?) async throws -> [AccessToken]

  /// Removes a token; false when the account has none of that name.
  func removeToken(named name: String, account: Int64) async throws -> Bool

  /// The account of that name.
  func account(named name: String) async throws -> Account?

  /// The token of an account with this name, and the account.
  func token(named name: String, account: Int64) async throws -> (token: AccessToken, account: Account)?

  /// Gives an account another role.
  /// - Returns: the account as it is now, or nil when there is none of that name.
  /// - Throws: `LineError`: `not-found` when the role is gone.
  func setRole(_ role: String, ofAccount name: String) async throws -> Account?

  /// All roles.
  func roles() async throws -> [Role]

  /// Keeps a role, in the place of one of that name.
  /// - Returns: whether there was none.
  func defineRole(_ role: Role) async throws -> Bool

  /// Removes a role.
  /// - Throws: `LineError`: `not-found`; `not-empty` while accounts, tokens or unused invites have it, which says whose.
  func removeRole(named name: String) async throws
}
