import CLinux
import GRDB
import Glibc

/// The database's file, as it is before SQLite may touch it.
struct DatabaseFile {
  static let name = "landline.sqlite"
  /// SQLite's own limit is 512, with the suffix of its companion files (`os_unix.c`, MAX_PATHNAME).
  private static let longestPath = 500

  let folder: DataFolder

  var path: String { "\(folder.landlinePath)/\(Self.name)" }

  func checkPath() throws(StorageError) {
    guard path.utf8.count <= Self.longestPath else {
      throw StorageError(
        .unsuitable,
        "the data folder's path is too long for SQLite: \(path) has \(path.utf8.count) bytes, "
          + "at most \(Self.longestPath) are possible")
    }
  }

  /// Makes an empty file, which SQLite takes for a new database, with the mode 0600 before anything
  /// is in it; SQLite gives its companion files the same mode. So no umask has to be changed, which
  /// would be that of all threads.
  func makeIfMissing() throws(StorageError) {
    let flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC
    let raw = clinux_openat(folder.landline.raw, Self.name, flags, 0o600)
    guard raw >= 0 else { throw StorageError(errno: errno, "open \(path)") }
    let file = Descriptor(owning: raw)
    guard fchmod(file.raw, 0o600) == 0 else {
      throw StorageError(errno: errno, "take the rights of others from \(path)")
    }
    try FolderOpening.sync(folder.landline, shown: folder.landlinePath)
  }

  /// Refuses a database that a newer version has migrated, without touching it.
  ///
  /// Even a read-only connection makes or changes the files `-wal` and `-shm` beside a database in
  /// WAL mode, and one that ignores the log (`immutable`) misses a migration that is only there. So
  /// the look is taken in a folder of its own: the database by a second link, which a read-only
  /// connection does not write to, and a copy of the log. Any other trouble than a newer version is
  /// left to the real opening, which finds it again.
  func refuseNewer() throws(StorageError) {
    let look = DatabaseLook(folder: folder, name: Self.name)
    defer { look.end() }
    guard look.begin() else { return }
    var configuration = Configuration()
    configuration.readonly = true
    let isNewer =
      try? DatabaseQueue(path: "\(folder.landlinePath)/\(look.path)", configuration: configuration)
      .read { try Schema.migrator.hasBeenSuperseded($0) }
    guard isNewer != true else {
      throw StorageError(
        .newerDatabase,
        "\(path) was made by a newer version of landline, and was not touched; "
          + "run that version, or one newer still")
    }
  }

  /// What an error while opening means.
  func failure(_ error: any Error) -> StorageError { Self.failure(error, path: path) }

  /// As above, for a database at `path`.
  static func failure(_ error: any Error, path: String) -> StorageError {
    guard let error = error as? DatabaseError else {
      return StorageError(.system, "cannot open \(path): \(error)")
    }
    let reason = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      return StorageError(
        .damagedDatabase,
        "\(path) is damaged or no database (\(reason)); put a copy of it back from a backup, "
          + "or move it away to begin with no accounts (the files stay)")
    case .SQLITE_FULL:
      return StorageError(.system, "cannot open \(path): the disk is full")
    default:
      return StorageError(.system, "cannot open \(path): \(reason)")
    }
  }
}
