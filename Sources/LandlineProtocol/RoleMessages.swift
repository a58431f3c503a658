// Roles, the audit log, and the clock: fields and answers (docs/PROTOCOL.md section 6).

public struct RoleDefineRequest: Hashable, Sendable, Codable {
  public var name: String
  public var parents: [String]?
  public var grants: [String]?

  public init(name: String, parents: [String], grants: [String]) {
    self.name = name
    self.parents = parents
    self.grants = grants
  }
}

public struct AccountSetRequest: Hashable, Sendable, Codable {
  public var name: String
  public var role: String

  public init(name: String, role: String) {
    self.name = name
    self.role = role
  }
}

/// What a role is, and what follows from it.
public struct RoleAnswer: Hashable, Sendable, Codable {
  /// A grant that counts, and the role that it comes from.
  public struct Effective: Hashable, Sendable, Codable {
    public var grant: String
    public var from: String

    public init(grant: String, from: String) {
      self.grant = grant
      self.from = from
    }
  }

  public var name: String
  public var parents: [String]
  /// Its own, as they are written.
  public var grants: [String]
  /// Itself and all roles above it, in the order in which they are asked.
  public var linearization: [String]
  public var effective: [Effective]
  /// After `role.define`: whether it is new.
  public var created: Bool?

  public init(
    name: String, parents: [String], grants: [String], linearization: [String], effective: [Effective]
  ) {
    self.name = name
    self.parents = parents
    self.grants = grants
    self.linearization = linearization
    self.effective = effective
  }
}

/// A role in the list of all.
public struct RoleEntry: Hashable, Sendable, Codable {
  public var name: String
  public var parents: [String]
  public var grants: [String]
  /// How many accounts have it.
  public var accounts: Int

  public init(name: String, parents: [String], grants: [String], accounts: Int) {
    self.name = name
    self.parents = parents
    self.grants = grants
    self.accounts = accounts
  }
}

/// The list is nil when it travels as the body.
public struct RolesAnswer: Hashable, Sendable, Codable {
  public var roles: [RoleEntry]?

  public init(roles: [RoleEntry]?) { self.roles = roles }
}

public struct AuditRequest: Hashable, Sendable, Codable {
  /// Seconds since 1970: only what happened then or later.
  public var since: Int64?
  public var account: String?

  public init(since: Int64?, account: String?) {
    self.since = since
    self.account = account
  }
}

/// The end of what was asked of the audit log.
public struct AuditAnswer: Hashable, Sendable, Codable {
  public var count: Int64

  public init(count: Int64) { self.count = count }
}

public struct TimeRequest: Hashable, Sendable, Codable {
  /// As strftime takes it; absent or empty: `%Y-%m-%d %X`.
  public var format: String?

  public init(format: String?) { self.format = format }

  /// The longest format, in bytes.
  public static let longest = 256
}

/// The server's time.
public struct TimeAnswer: Hashable, Sendable, Codable {
  /// As it was asked for, in the server's time zone.
  public var time: String
  /// Since 1970.
  public var seconds: Int64
  /// 0 to 999,999,999.
  public var nanoseconds: Int32

  public init(time: String, seconds: Int64, nanoseconds: Int32) {
    self.time = time
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }
}
