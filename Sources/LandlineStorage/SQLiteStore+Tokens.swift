import GRDB
public import LandlineProtocol
public import LandlineServices

extension SQLiteStore {
  /// The most access tokens that one account may have.
  private static let mostTokens = 1_000

  public func addToken(
    account: Int64, name: String, hash: Digest256, role: String, created: Int64
  ) async throws {
    try await write(.full) { database in
      let isAccount = "SELECT EXISTS (SELECT 1 FROM accounts WHERE id = ?)"
      guard try Bool.fetchOne(database, sql: isAccount, arguments: [account]) == true else {
        throw LineError(.unauthenticated, "the account was removed")
      }
      let isTaken = "SELECT EXISTS (SELECT 1 FROM tokens WHERE account = ? AND name = ?)"
      if try Bool.fetchOne(database, sql: isTaken, arguments: [account, name]) == true {
        throw LineError(.exists, "there is a token '\(printable(name))' already")
      }
      let count = "SELECT count(*) FROM tokens WHERE account = ?"
      guard try Int.fetchOne(database, sql: count, arguments: [account]) ?? 0 < Self.mostTokens
      else {
        throw LineError(.tooMany, "an account has at most \(Self.mostTokens) tokens; revoke some")
      }
      try Self.requireRole(role, database)
      try database.execute(
        sql: "INSERT INTO tokens (account, name, hash, role, created) VALUES (?, ?, ?, ?, ?)",
        arguments: [account, name, DatabaseValue.blob(hash.bytes), role, created])
    }
  }

  public func token(hash: Digest256) async throws -> (token: AccessToken, account: Account)? {
    try await token(where: "hash = ?", [DatabaseValue.blob(hash.bytes)])
  }

  public func token(named name: String, account: Int64) async throws -> (token: AccessToken, account: Account)? {
    try await token(where: "accounts.id = ? AND tokens.name = ?", [account, name])
  }

  private func token(where condition: String, _ arguments: StatementArguments) async throws
    -> (token: AccessToken, account: Account)?
  {
    try await read { database in
      try Row.fetchOne(
        database,
        sql: """
          SELECT accounts.*, tokens.name AS token_name, tokens.role AS token_role,
            tokens.created AS token_created
          FROM tokens JOIN accounts ON accounts.id = tokens.account WHERE \(condition)
          """,
        arguments: arguments
      ).map { row in
        let account = Account(row: row)
        let token = AccessToken(
          name: row["token_name"], account: account.name, role: row["token_role"],
          created: row["token_created"])
        return (token, account)
      }
    }
  }

  public func tokens(account: Int64?) async throws -> [AccessToken] {
    try await read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT tokens.name, accounts.name AS account_name, tokens.role, tokens.created
          FROM tokens JOIN accounts ON accounts.id = tokens.account
          WHERE ?1 IS NULL OR tokens.account = ?1 ORDER BY accounts.name, tokens.name
          """,
        arguments: [account]
      ).map { row in
        AccessToken(
          name: row["name"], account: row["account_name"], role: row["role"],
          created: row["created"])
      }
    }
  }

  public func removeToken(named name: String, account: Int64) async throws -> Bool {
    try await write(.full) { database in
      try database.execute(
        sql: "DELETE FROM tokens WHERE account = ? AND name = ?", arguments: [account, name])
      return database.changesCount > 0
    }
  }
}
