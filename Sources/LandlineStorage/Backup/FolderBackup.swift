import CLinux
import Glibc

/// Writes what a server needs to be the same server again, beside its files: database and identity, in one tar archive.
///
/// ```
/// FOLDER/.landline-backup.part      locked while it is written; a later backup takes over what was left
/// fsync, rename to its name, fsync of the folder
/// ```
/// So the archive is there whole and durable, or not at all. Kept uploads are not in it: their clients begin anew.
public struct FolderBackup {
  private static let part = ".landline-backup.part"
  private static let copy = ".landline-backup.sqlite"

  private let source: FolderCheckup

  public init(_ source: FolderCheckup) {
    self.source = source
  }

  /// - Parameters:
  ///   - target: the archive's path; or a folder, in which it gets a name with the time. One that is missing is made when
  ///     it is written with a '/' at its end.
  ///   - now: seconds since 1970.
  ///   - replacing: whether an archive of that name gives way.
  /// - Returns: its path and its size in bytes.
  public func write(to target: String, now: Int64, replacing: Bool) throws(StorageError) -> (path: String, size: Int64)
  {
    var place = try BackupPlace(target, now: now)
    if !replacing { try place.findFreeName() }
    let file = try place.openLocked(Self.part)
    do throws(StorageError) {
      let size = try fill(file, place, now: now)
      guard retrying({ fsync(file.raw) }) == 0 else { throw place.failure(errno) }
      while true {
        let code = Rename.move(
          Self.part, in: place.folder, to: cString(place.name.utf8), in: place.folder,
          replacing: replacing && place.isNamed)
        if code == 0 { break }
        guard code == EEXIST else { throw place.failure(code) }
        // Somebody has made it since we looked.
        try place.findFreeName()
      }
      try FolderOpening.sync(place.folder, shown: place.folderPath)
      return (place.path, size)
    } catch {
      unlinkat(place.folder.raw, Self.part, 0)
      throw error
    }
  }

  private func fill(_ file: borrowing Descriptor, _ place: borrowing BackupPlace, now: Int64) throws(StorageError)
    -> Int64
  {
    var status = stat()
    guard fstat(source.landline.raw, &status) == 0 else { throw StorageError(errno: errno, "look at \(source.path)") }
    var archive = TarFile(file.raw, user: status.st_uid, group: status.st_gid, modified: now, shown: place.path)
    let database = try DatabaseCopy(
      of: "\(source.path)/landline/\(DatabaseFile.name)", in: place.folderPath, name: Self.copy)
    try archive.add(DatabaseFile.name, copying: database.file.raw, size: database.size)
    if let identity = try source.readSecret(named: "identity.pem") {
      try archive.add("identity.pem", Array(identity.utf8))
    }
    return try archive.finish()
  }
}

/// Where a backup goes.
struct BackupPlace: ~Copyable {
  let folder: Descriptor
  let folderPath: String
  private(set) var name: String
  /// Whether a person chose the name; else it was made from the time, and may be another.
  let isNamed: Bool

  var path: String { folderPath == "/" ? "/\(name)" : "\(folderPath)/\(name)" }

  /// - Parameter now: seconds since 1970, for the name of an archive that is to get one.
  init(_ target: String, now: Int64) throws(StorageError) {
    let place = try Self.split(target)
    folder = try Self.open(place.folder)
    folderPath = place.folder
    isNamed = place.name != nil
    name = place.name ?? Self.name(at: now)
  }

  /// - Returns: the folder, made if need be, and the name that was chosen, if any.
  private static func split(_ target: String) throws(StorageError) -> (folder: String, name: String?) {
    guard target != "-" else {
      throw StorageError(
        .unsuitable,
        "a backup is a secret and goes into a file, not to standard output; write './-' for a file of that name")
    }
    let absolute = try FolderOpening.absolute(target)
    let names = absolute.split(separator: "/")
    var status = stat()
    let isFolder = stat(absolute, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    if !isFolder, target.utf8.last != UInt8(ascii: "/"), let last = names.last {
      return ("/" + names.dropLast().joined(separator: "/"), String(last))
    }
    let path = "/" + names.joined(separator: "/")
    if mkdir(path, 0o700) == 0 { try FolderOpening.sync(open("\(path)/.."), shown: path) }
    return (path, nil)
  }

  private static func open(_ path: String) throws(StorageError) -> Descriptor {
    let raw = clinux_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    if raw >= 0 { return Descriptor(owning: raw) }
    throw errno == ENOENT ? missing(path) : StorageError(errno: errno, "open the folder \(path)")
  }

  private static func missing(_ folder: String) -> StorageError {
    StorageError(.unsuitable, "there is no folder \(folder) to put the backup into; make it first")
  }

  /// `landline-20261121-084500.tar`, in UTC, so that names sort by time.
  private static func name(at now: Int64) -> String {
    var seconds = time_t(now)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "landline-\(now).tar" }
    var buffer = [CChar](repeating: 0, count: 64)
    let count = strftime(&buffer, buffer.count, "landline-%Y%m%d-%H%M%S.tar", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Early, before the work; the rename decides.
  /// - Throws: when the name is taken, and was chosen by a person.
  mutating func findFreeName() throws(StorageError) {
    while isTaken {
      guard !isNamed, number < Self.mostNumber else {
        throw StorageError(.unsuitable, "there is a \(path) already; choose another name, or say --replace")
      }
      // Several within a second: landline-20261121-084500-2.tar
      let end = number == 1 ? ".tar" : "-\(number).tar"
      number += 1
      name = "\(name.dropLast(end.utf8.count))-\(number).tar"
    }
  }

  private static let mostNumber = 999
  private var number = 1

  private var isTaken: Bool {
    var status = stat()
    return fstatat(folder.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0
  }

  /// Opens an empty file that nobody else may read, and that no other backup has.
  func openLocked(_ name: String) throws(StorageError) -> Descriptor {
    let shown = "\(folderPath)/\(name)"
    while true {
      let raw = clinux_openat(folder.raw, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard raw >= 0 else { throw StorageError(errno: errno, "write \(shown)") }
      let file = Descriptor(owning: raw)
      guard retrying({ flock(file.raw, LOCK_EX | LOCK_NB) }) == 0 else {
        guard errno == EWOULDBLOCK else { throw StorageError(errno: errno, "lock \(shown)") }
        throw StorageError(.inUse, "another backup is writing to \(folderPath) at this moment; wait for its end")
      }
      // The one before us may have given it its name between our open and our lock.
      var mine = stat()
      var named = stat()
      guard fstat(file.raw, &mine) == 0 else { throw StorageError(errno: errno, "look at \(shown)") }
      guard fstatat(folder.raw, name, &named, AT_SYMLINK_NOFOLLOW) == 0, named.st_ino == mine.st_ino,
        named.st_dev == mine.st_dev
      else { continue }
      guard ftruncate(file.raw, 0) == 0, fchmod(file.raw, 0o600) == 0 else {
        throw StorageError(errno: errno, "write \(shown)")
      }
      return file
    }
  }

  func failure(_ code: Int32) -> StorageError { StorageError(errno: code, "write \(path)") }
}
