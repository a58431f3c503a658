import GRDB
public import LandlineProtocol
public import LandlineServices

extension SQLiteStore {
  /// An invite that nobody used goes when it expires; a used one after 30 days, until when a client
  /// that lost the answer can ask again.
  static func cleanUpInvites(_ database: Database, now: Int64) throws {
    try database.execute(
      sql: "DELETE FROM invites WHERE used IS NULL AND expires <= ? OR used <= ?",
      arguments: [now, now - 30 * 24 * 60 * 60])
  }

  /// Whether nobody has an account and no invite is waiting.
  ///
  /// Expired invites are cleaned up when the store is opened, so a server whose first invite nobody
  /// used in time begins anew at its next start.
  public func isEmpty() async throws -> Bool {
    try await read { database in
      let sql = "SELECT NOT EXISTS (SELECT 1 FROM accounts) AND NOT EXISTS (SELECT 1 FROM invites)"
      return try Bool.fetchOne(database, sql: sql) ?? false
    }
  }

  public func addInvite(
    hash: Digest256, role: String, creator: String?, created: Int64, expires: Int64
  ) async throws {
    try await write(.full) { database in
      try Self.requireRole(role, database)
      try database.execute(
        sql: """
          INSERT INTO invites (hash, role, creator, created, expires) VALUES (?, ?, ?, ?, ?)
          """,
        arguments: [DatabaseValue.blob(hash.bytes), role, creator, created, expires])
    }
  }

  public func join(invite: Digest256, name: String, device: Device, now: Int64) async throws
    -> Account
  {
    try await write(.full) { database in
      let hash = DatabaseValue.blob(invite.bytes)
      guard
        let row = try Row.fetchOne(
          database, sql: "SELECT * FROM invites WHERE hash = ?", arguments: [hash])
      else { throw LineError(.unauthenticated, "this invite is unknown, or expired long ago; ask for a new one") }
      if row["used"] != nil {
        guard let account = try Self.repeated(row, device, database) else {
          throw LineError(.unauthenticated, "this invite was used already; ask for a new one")
        }
        return account
      }
      let expires: Int64 = row["expires"]
      guard now < expires else { throw LineError(.unauthenticated, "this invite has expired; ask for a new one") }
      let account = try Self.makeAccount(named: name, role: row["role"], device, now, database)
      try database.execute(
        sql: "UPDATE invites SET used = ?, device = ?, account = ? WHERE hash = ?",
        arguments: [now, device.id, account.id, hash])
      return account
    }
  }

  /// The account that the invite made, if this is the device that it made it with.
  private static func repeated(_ invite: Row, _ device: Device, _ database: Database) throws
    -> Account?
  {
    let id: Int64 = invite["account"]
    return try Row.fetchOne(
      database,
      sql: """
        SELECT accounts.* FROM accounts JOIN devices ON devices.account = accounts.id
        WHERE accounts.id = ? AND devices.id = ? AND devices.public_key = ?
        """,
      arguments: [id, device.id, DatabaseValue.blob(device.publicKey)]
    ).map(Account.init(row:))
  }

  private static func makeAccount(
    named name: String, role: String, _ device: Device, _ now: Int64, _ database: Database
  ) throws -> Account {
    let isTaken = "SELECT EXISTS (SELECT 1 FROM accounts WHERE name = ?)"
    if try Bool.fetchOne(database, sql: isTaken, arguments: [name]) == true {
      throw LineError(.exists, "the name '\(printable(name))' is taken")
    }
    let isKnown = "SELECT EXISTS (SELECT 1 FROM devices WHERE id = ?)"
    if try Bool.fetchOne(database, sql: isKnown, arguments: [device.id]) == true {
      throw LineError(.exists, "this device has an account already")
    }
    try database.execute(
      sql: "INSERT INTO accounts (name, role, created) VALUES (?, ?, ?)",
      arguments: [name, role, now])
    let id = database.lastInsertedRowID
    try database.execute(
      sql: "INSERT INTO devices (id, account, name, public_key) VALUES (?, ?, ?, ?)",
      arguments: [device.id, id, device.name, DatabaseValue.blob(device.publicKey)])
    return Account(id: id, name: name, role: role, created: now, seen: nil)
  }
}
