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

  public func moveContents(
    of folder: RemotePath, to target: RemotePath, recordedBefore moment: FileTime, limit: Int
  ) async throws -> Bool {
    // What is in a folder begins with its path and '/', and so lies between that and '0', the next byte.
    let slash = [UInt8(ascii: "/")]
    let low = folder.bytes + slash
    let high = folder.bytes + [UInt8(ascii: "0")]
    let prefix = target.bytes + slash
    return try await write(.normal) { database in
      let paths = try Row.fetchAll(
        database,
        sql: """
          SELECT path FROM files WHERE path > ? AND path < ? AND (recorded, recorded_nanos) < (?, ?) LIMIT ?
          """,
        arguments: [DatabaseValue.blob(low), DatabaseValue.blob(high), moment.seconds, moment.nanoseconds, limit]
      ).map { $0.bytes("path") }
      // A record that is there already is newer, and right: then this one goes.
      let move = try database.cachedStatement(sql: "UPDATE OR IGNORE files SET path = ? WHERE path = ?")
      let forget = try database.cachedStatement(sql: "DELETE FROM files WHERE path = ?")
      for path in paths {
        let old = DatabaseValue.blob(path)
        try move.execute(arguments: [DatabaseValue.blob(prefix + path.dropFirst(low.count)), old])
        if database.changesCount == 0 { try forget.execute(arguments: [old]) }
      }
      return paths.count == limit
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
