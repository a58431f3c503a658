import GRDB
import LandlineProtocol
public import LandlineServices

extension SQLiteStore {
  public func roles() async throws -> [Role] {
    try await read { database in
      try Row.fetchAll(database, sql: "SELECT name, parents, grants FROM roles ORDER BY name").map { row in
        Role(name: row["name"], parents: Self.texts(row["parents"]), grants: Self.texts(row["grants"]))
      }
    }
  }

  public func defineRole(_ role: Role) async throws -> Bool {
    let parents = String(decoding: JSON.encode(role.parents), as: UTF8.self)
    let grants = String(decoding: JSON.encode(role.grants), as: UTF8.self)
    return try await write(.full) { database in
      let isNew = try !Self.isRole(role.name, database)
      try database.execute(
        sql: "INSERT OR REPLACE INTO roles (name, parents, grants) VALUES (?, ?, ?)",
        arguments: [role.name, parents, grants])
      return isNew
    }
  }

  public func removeRole(named name: String) async throws {
    let now = FileTime.now().seconds
    try await write(.full) { database in
      guard try Self.isRole(name, database) else {
        throw LineError(.notFound, "there is no role '\(printable(name))'")
      }
      var users: [String] = []
      let accounts = "SELECT name FROM accounts WHERE role = ? ORDER BY name LIMIT 9"
      users += try String.fetchAll(database, sql: accounts, arguments: [name]).map { "the account '\($0)'" }
      let tokens = """
        SELECT tokens.name, accounts.name AS account FROM tokens JOIN accounts ON accounts.id = tokens.account
        WHERE tokens.role = ? ORDER BY accounts.name, tokens.name LIMIT 9
        """
      users += try Row.fetchAll(database, sql: tokens, arguments: [name]).map { row in
        let (token, account): (String, String) = (row["name"], row["account"])
        return "the token '\(token)' of '\(account)'"
      }
      let invites = "SELECT count(*) FROM invites WHERE role = ? AND used IS NULL AND expires > ?"
      let open = try Int.fetchOne(database, sql: invites, arguments: [name, now]) ?? 0
      if open > 0 { users.append(open == 1 ? "an invite that waits" : "\(open) invites that wait") }
      guard users.isEmpty else {
        let shown = users.prefix(8).joined(separator: ", ") + (users.count > 8 ? " and others" : "")
        throw LineError(.notEmpty, "the role '\(printable(name))' is in use by \(shown)")
      }
      try database.execute(sql: "DELETE FROM roles WHERE name = ?", arguments: [name])
    }
  }

  public func setRole(_ role: String, ofAccount name: String) async throws -> Account? {
    try await write(.full) { database in
      try Self.requireRole(role, database)
      return try Row.fetchOne(
        database, sql: "UPDATE accounts SET role = ? WHERE name = ? RETURNING *", arguments: [role, name]
      ).map(Account.init(row:))
    }
  }

  /// A role may have been removed since it was looked for.
  static func requireRole(_ name: String, _ database: Database) throws {
    guard try isRole(name, database) else {
      throw LineError(.notFound, "there is no role '\(printable(name))'")
    }
  }

  private static func isRole(_ name: String, _ database: Database) throws -> Bool {
    try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM roles WHERE name = ?)", arguments: [name]) ?? false
  }

  /// A list of texts; what is none, written by hand, has nothing in it.
  private static func texts(_ json: String) -> [String] {
    (try? JSON.decode([String].self, from: Array(json.utf8))) ?? []
  }
}
