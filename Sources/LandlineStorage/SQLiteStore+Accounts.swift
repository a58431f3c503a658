import GRDB
import LandlineProtocol
public import LandlineServices

// Invites and tokens, the rest of the protocol, are in files of their own.
extension SQLiteStore: AccountStore {
  public func device(id: String) async throws -> (device: Device, account: Account)? {
    try await read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT accounts.*, devices.id AS device, devices.name AS device_name, public_key
          FROM devices JOIN accounts ON accounts.id = devices.account WHERE devices.id = ?
          """,
        arguments: [id]
      ).map { row in
        let device = Device(
          id: row["device"], name: row["device_name"], publicKey: row.bytes("public_key"))
        return (device, Account(row: row))
      }
    }
  }

  public func touch(account: Int64, now: Int64) async throws {
    try await write(.normal) { database in
      try database.execute(
        sql: "UPDATE accounts SET seen = ? WHERE id = ?", arguments: [now, account])
    }
  }

  public func accounts() async throws -> [(account: Account, devices: Int)] {
    try await read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT accounts.*, (SELECT count(*) FROM devices WHERE account = accounts.id) AS devices
          FROM accounts ORDER BY name
          """
      ).map { (Account(row: $0), $0["devices"]) }
    }
  }

  public func removeAccount(named name: String) async throws -> Int64? {
    // Devices and tokens go with it by their foreign keys, and so do the invites it made: nobody comes back by one.
    try await write(.full) { database in
      try database.execute(
        sql: "DELETE FROM invites WHERE creator = ? COLLATE NOCASE AND used IS NULL",
        arguments: [name])
      return try Int64.fetchOne(
        database, sql: "DELETE FROM accounts WHERE name = ? RETURNING id", arguments: [name])
    }
  }

  public func limitAccount(named name: String, rate: Int64?) async throws -> Account? {
    try await write(.full) { database in
      try Row.fetchOne(
        database, sql: "UPDATE accounts SET rate = ? WHERE name = ? RETURNING *", arguments: [rate, name]
      ).map(Account.init(row:))
    }
  }

  public func account(named name: String) async throws -> Account? {
    try await read { database in
      try Row.fetchOne(
        database, sql: "SELECT * FROM accounts WHERE name = ?", arguments: [name]
      ).map(Account.init(row:))
    }
  }
}

extension Account {
  init(row: Row) {
    self.init(
      id: row["id"], name: row["name"], role: row["role"], created: row["created"],
      seen: row["seen"], rate: row["rate"])
  }
}
