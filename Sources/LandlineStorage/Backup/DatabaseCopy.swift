import CLinux
import GRDB
import Glibc

/// A consistent copy of a database that a server may be writing to at this moment (SQLite's online backup).
struct DatabaseCopy: ~Copyable {
  /// Opens the copy for reading. It has no name any more when this is there.
  let file: Descriptor
  let size: Int64

  /// Copies the whole database as it is at one moment, and checks the copy.
  /// - Parameters:
  ///   - source: path of the database.
  ///   - folder: where the copy is made, under `name`, which goes away again; only one copy at a time there.
  init(of source: String, in folder: String, name: String) throws(StorageError) {
    let path = "\(folder)/\(name)"
    Self.remove(path)
    // Before anything is in it, for nobody else may read it; SQLite takes an empty file for a new database.
    let raw = clinux_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard raw >= 0 else { throw StorageError(errno: errno, "write \(path)") }
    let file = Descriptor(owning: raw)
    defer { Self.remove(path) }
    do {
      var reading = Configuration()
      reading.readonly = true
      reading.busyMode = .timeout(5)
      let target = try DatabaseQueue(path: path)
      try DatabaseQueue(path: source, configuration: reading).backup(to: target)
      try target.writeWithoutTransaction { database in
        // One plain file: the server makes it a database with a log again.
        try database.execute(sql: "PRAGMA journal_mode = DELETE")
        guard try String.fetchOne(database, sql: "PRAGMA quick_check(1)") == "ok" else {
          throw DatabaseError(resultCode: .SQLITE_CORRUPT)
        }
      }
      try target.close()
    } catch {
      throw DatabaseFile.failure(error, path: source)
    }
    var status = stat()
    guard fstat(file.raw, &status) == 0 else { throw StorageError(errno: errno, "look at \(path)") }
    size = Int64(status.st_size)
    self.file = file
  }

  private static func remove(_ path: String) {
    for suffix in ["", "-journal", "-wal", "-shm"] { unlink(path + suffix) }
  }
}
