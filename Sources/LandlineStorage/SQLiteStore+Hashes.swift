import GRDB
public import LandlineProtocol
public import LandlineServices

extension SQLiteStore: HashStore {
  public func hash(of path: RemotePath) async throws -> RecordedHash? {
    try await hashes(of: [path])[0]
  }

  public func record(_ hash: RecordedHash, for path: RemotePath) async throws {
    try await record([(path, hash)])
  }

  public func record(_ hashes: [(path: RemotePath, hash: RecordedHash)]) async throws {
    try await record(hashes, at: .now())
  }

  func record(_ hashes: [(path: RemotePath, hash: RecordedHash)], at time: FileTime) async throws {
    if hashes.isEmpty { return }
    try await write(.normal) { database in
      for (path, hash) in hashes { try Self.insert(hash, for: path, at: time, into: database) }
    }
  }

  public func observe(_ hash: RecordedHash, for path: RemotePath) async throws {
    try await write(.normal) { database in
      if let known = try Self.witness(of: path, in: database), known.digest != hash.digest,
        known.isOfSameContent(as: hash.version)
      {
        return
      }
      try Self.insert(hash, for: path, at: .now(), into: database)
    }
  }

  public func witness(of path: RemotePath) async throws -> RecordedHash? {
    try await read { try Self.witness(of: path, in: $0) }
  }

  private static func witness(of path: RemotePath, in database: Database) throws -> RecordedHash? {
    let statement = try database.cachedStatement(sql: "SELECT * FROM files WHERE path = ?")
    return try Row.fetchOne(statement, arguments: [DatabaseValue.blob(path.bytes)])
      .flatMap { RecordedHash(row: $0, hasFineTimes: true) }
  }

  private static func insert(
    _ hash: RecordedHash, for path: RemotePath, at time: FileTime, into database: Database
  ) throws {
    let statement = try database.cachedStatement(
      sql: "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
    let version = hash.version
    try statement.execute(arguments: [
      DatabaseValue.blob(path.bytes),
      // SQLite's integers are signed: the same 64 bits.
      Int64(bitPattern: version.device), Int64(bitPattern: version.inode), version.size,
      version.modified.seconds, version.modified.nanoseconds,
      version.changed.seconds, version.changed.nanoseconds,
      DatabaseValue.blob(hash.digest.bytes), time.seconds, time.nanoseconds,
    ])
  }

  public func moment() -> FileTime { .now() }

  public func forget(_ path: RemotePath, recordedBefore moment: FileTime?) async throws {
    let bytes = path.bytes
    let moment = moment ?? FileTime(seconds: .max, nanoseconds: 0)
    try await write(.normal) { database in
      guard !bytes.isEmpty else { return try database.execute(sql: "DELETE FROM files") }
      // What is under it begins with it and '/', and so lies between that and '0', the next byte.
      try database.execute(
        sql: """
          DELETE FROM files WHERE (path = ? OR path > ? AND path < ?) AND (recorded, recorded_nanos) < (?, ?)
          """,
        arguments: [
          DatabaseValue.blob(bytes), DatabaseValue.blob(bytes + [UInt8(ascii: "/")]),
          DatabaseValue.blob(bytes + [UInt8(ascii: "0")]), moment.seconds, moment.nanoseconds,
        ])
    }
  }
}

extension FileTime {
  /// Whether a change that happens now gets another time than `changed`, even where the kernel's
  /// times move with the timer tick (`Kernel.hasFineTimes`): twice the longest tick has passed.
  func isSafely(after changed: FileTime) -> Bool {
    guard seconds >= changed.seconds else { return false }
    guard seconds - changed.seconds < 2 else { return true }
    let nanoseconds =
      (seconds - changed.seconds) * 1_000_000_000 + Int64(nanoseconds - changed.nanoseconds)
    return nanoseconds >= 20_000_000
  }
}

extension FileVersion {
  init(row: Row) {
    let device: Int64 = row["device"]
    let inode: Int64 = row["inode"]
    self.init(
      device: UInt64(bitPattern: device), inode: UInt64(bitPattern: inode), size: row["size"],
      modified: FileTime(seconds: row["mtime"], nanoseconds: row["mtime_nanos"]),
      changed: FileTime(seconds: row["ctime"], nanoseconds: row["ctime_nanos"]))
  }
}
