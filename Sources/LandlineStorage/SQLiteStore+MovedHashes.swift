import GRDB
public import LandlineProtocol
public import LandlineServices

extension SQLiteStore {
  public func hashes(of paths: [RemotePath]) async throws -> [RecordedHash?] {
    let hasFineTimes = hasFineTimes
    return try await read { database in
      let statement = try database.cachedStatement(sql: "SELECT * FROM files WHERE path = ?")
      return try paths.map { path in
        let row = try Row.fetchOne(statement, arguments: [DatabaseValue.blob(path.bytes)])
        return row.flatMap { RecordedHash(row: $0, hasFineTimes: hasFineTimes) }
      }
    }
  }

  public func moveContents(of folder: RemotePath, to target: RemotePath, limit: Int) async throws -> Bool {
    // What is in a folder begins with its path and '/', and so lies between that and '0', the next byte.
    let slash = [UInt8(ascii: "/")]
    let low = folder.bytes + slash
    let high = folder.bytes + [UInt8(ascii: "0")]
    let prefix = target.bytes + slash
    return try await write(.normal) { database in
      // `||` makes text of blobs, without looking at the bytes; substr counts from 1, and bytes in a blob.
      try database.execute(
        sql: """
          UPDATE OR REPLACE files SET path = CAST(? || substr(path, ?) AS BLOB)
          WHERE path IN (SELECT path FROM files WHERE path > ? AND path < ? LIMIT ?)
          """,
        arguments: [
          DatabaseValue.blob(prefix), low.count + 1, DatabaseValue.blob(low), DatabaseValue.blob(high), limit,
        ])
      return database.changesCount == limit
    }
  }
}

extension RecordedHash {
  /// - Returns: nil for a record that cannot be trusted: where times are coarse, one that was made too soon after the
  ///   file's last change.
  init?(row: Row, hasFineTimes: Bool) {
    guard let digest = Digest256(bytes: row.bytes("sha256")) else { return nil }
    let version = FileVersion(row: row)
    let recorded = FileTime(seconds: row["recorded"], nanoseconds: row["recorded_nanos"])
    guard hasFineTimes || recorded.isSafely(after: version.changed) else { return nil }
    self.init(version: version, digest: digest)
  }
}
