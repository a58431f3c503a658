import GRDB
import LandlineProtocol
import Synchronization

/// Accounts, recorded hashes and what was said in one SQLite database, `DATA/landline/landline.sqlite`.
///
/// In WAL mode: readers never wait for the writer. Accounts are written with `synchronous = FULL`,
/// so that what a method has done is durable when it returns. Hashes are written with `NORMAL`,
/// which leaves the database whole after a crash but may forget the last transactions: storing a
/// file costs two fsyncs already, and a forgotten hash is computed again. One connection writes
/// both, with the level that each needs, so neither ever waits for a lock that the other holds.
public final class SQLiteStore: Sendable {
  let pool: DatabasePool
  let hasFineTimes: Bool
  /// The level that the writer has; nil when it is not known.
  private let level = Mutex<Durability?>(nil)
  // The lock on the data folder must outlive the database.
  private let folder: DataFolder

  /// Opens the database, makes it if it is missing, and brings it up to date.
  /// - Throws: `StorageError`: `newerDatabase`, `damagedDatabase`, and what else stands in the way.
  public convenience init(folder: DataFolder) throws(StorageError) {
    try self.init(folder: folder, hasFineTimes: Kernel.hasFineTimes)
  }

  init(folder: DataFolder, hasFineTimes: Bool) throws(StorageError) {
    let file = DatabaseFile(folder: folder)
    try file.checkPath()
    try file.refuseNewer()
    try file.makeIfMissing()
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      configuration.foreignKeysEnabled = true
      // Every query here is a look-up by key: more readers would only hold memory.
      configuration.maximumReaderCount = 2
      configuration.label = "landline.storage"
      pool = try DatabasePool(path: file.path, configuration: configuration)
      try Schema.migrator.migrate(pool)
      try pool.write { try Self.cleanUpInvites($0, now: FileTime.now().seconds) }
    } catch {
      throw file.failure(error)
    }
    self.folder = folder
    self.hasFineTimes = hasFineTimes
  }

  /// Closes the database, after which no method works any more.
  /// - Throws: `LineError` when it is still in use.
  public func close() throws {
    do {
      try pool.close()
    } catch let error as DatabaseError {
      throw LineError(database: error)
    }
  }

  /// Reads the whole database, beside other work: a damaged page is found before somebody needs what was on it.
  /// - Returns: what is damaged; nil when nothing is, or it could not be found out.
  public func findDamage() async -> String? {
    do {
      let found = try await pool.read { try String.fetchAll($0, sql: "PRAGMA quick_check(3)") }
      return found == ["ok"] ? nil : found.joined(separator: "; ")
    } catch let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode) {
      return error.message ?? "\(error.resultCode)"
    } catch {
      return nil
    }
  }

  /// Levels of `PRAGMA synchronous`.
  enum Durability: String {
    case full = "FULL"
    case normal = "NORMAL"
  }

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    do {
      return try await pool.read(body)
    } catch let error as DatabaseError {
      throw LineError(database: error)
    }
  }

  /// As `write`, on the thread it is called on, which may wait for the disk; cancelling the task does not interrupt it.
  func writeHere<Value>(_ durability: Durability, _ body: (Database) throws -> Value) throws -> Value {
    do {
      return try pool.writeWithoutTransaction { database in
        try transaction(durability, database, body)
      }
    } catch let error as DatabaseError {
      throw LineError(database: error)
    }
  }

  func write<Value: Sendable>(
    _ durability: Durability, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws -> Value {
    do {
      return try await pool.writeWithoutTransaction { database in
        try transaction(durability, database, body)
      }
    } catch let error as DatabaseError {
      throw LineError(database: error)
    }
  }

  private func transaction<Value>(
    _ durability: Durability, _ database: Database, _ body: (Database) throws -> Value
  ) throws -> Value {
    // Before the transaction, not after the one that differs: a task that is cancelled interrupts SQLite anywhere, and
    // must not leave the wrong level behind.
    try level.withLock { level in
      guard level != durability else { return }
      level = nil
      try database.execute(sql: "PRAGMA synchronous = \(durability.rawValue)")
      level = durability
    }
    var value: Value?
    try database.inTransaction(.immediate) {
      value = try body(database)
      return .commit
    }
    guard let value else { throw LineError(.internal, "the database gave no answer") }
    return value
  }
}

extension LineError {
  init(database error: DatabaseError) {
    if error.resultCode == .SQLITE_FULL {
      self.init(.noSpace, "the server's disk is full")
    } else {
      let reason = error.message ?? "\(error.resultCode)"
      self.init(.internal, "the server's database failed: \(reason)")
    }
  }
}
