import CLinux
import Glibc

/// The steps in which a data folder is opened.
enum FolderOpening {
  static func absolute(_ path: String) throws(StorageError) -> String {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw StorageError(.unsuitable, "a data folder needs a path")
    }
    if path.utf8.first == UInt8(ascii: "/") { return path }
    guard let current = getcwd(nil, 0) else {
      throw StorageError(errno: errno, "find the working directory")
    }
    defer { free(current) }
    return String(cString: current) + "/" + path
  }

  /// Makes the folders that `path` lies in, durably, as far as they are missing.
  static func makeParents(of path: String) throws(StorageError) {
    let names = path.split(separator: "/").dropLast()
    var prefix = ""
    for name in names {
      prefix += "/" + name
      var status = stat()
      // Those that are there need not be readable for us.
      if stat(prefix, &status) == 0 { continue }
      _ = try openOrMake(at: AT_FDCWD, prefix, mode: 0o755, shown: prefix)
    }
  }

  static func openOrMake(
    at folder: Int32, _ name: String, mode: mode_t, shown: String
  ) throws(StorageError) -> Descriptor {
    if mkdirat(folder, name, mode) == 0 {
      // Its name must be as durable as what will be kept in it.
      let parent = clinux_openat(folder, name + "/..", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
      guard parent >= 0 else { throw StorageError(errno: errno, "open the folder of \(shown)") }
      try sync(Descriptor(owning: parent), shown: shown)
    } else if errno != EEXIST {
      throw StorageError(errno: errno, "make the folder \(shown)")
    }
    let raw = retrying { clinux_openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0) }
    guard raw >= 0 else { throw StorageError(errno: errno, "open the folder \(shown)") }
    return Descriptor(owning: raw)
  }

  static func sync(_ folder: borrowing Descriptor, shown: String) throws(StorageError) {
    guard retrying({ fsync(folder.raw) }) == 0 else {
      throw StorageError(errno: errno, "make the folder \(shown) durable")
    }
  }

  static func status(_ folder: borrowing Descriptor, shown: String) throws(StorageError) -> stat {
    var status = stat()
    guard fstat(folder.raw, &status) == 0 else {
      throw StorageError(errno: errno, "look at \(shown)")
    }
    return status
  }

  /// Keys and secrets lie here: it must be ours, and nobody else may look.
  static func makePrivate(_ folder: borrowing Descriptor, shown: String) throws(StorageError) {
    let status = try status(folder, shown: shown)
    guard status.st_uid == geteuid() else {
      throw StorageError(
        .unsuitable,
        "\(shown) belongs to user \(status.st_uid), but this is user \(geteuid()); "
          + "run the server as its owner, or change the owner")
    }
    if status.st_mode & 0o7777 != 0o700, fchmod(folder.raw, 0o700) != 0 {
      throw StorageError(errno: errno, "take the rights of others from \(shown)")
    }
  }

  /// An upload becomes a file by rename(2), which is one step only inside one mount of one file
  /// system.
  static func requireSameFileSystem(
    _ files: borrowing Descriptor, _ partial: borrowing Descriptor, shown: String
  ) throws(StorageError) {
    let first = try status(files, shown: "\(shown)/files")
    let second = try status(partial, shown: "\(shown)/landline/partial")
    var isSame = first.st_dev == second.st_dev
    var firstMount: UInt64 = 0
    var secondMount: UInt64 = 0
    if isSame, clinux_mount_id(files.raw, &firstMount) == 0,
      clinux_mount_id(partial.raw, &secondMount) == 0
    {
      isSame = firstMount == secondMount
    }
    guard isSame else {
      throw StorageError(
        .unsuitable,
        "\(shown)/files and \(shown)/landline are on different file systems; they must share one, "
          + "so that a finished upload gets its name in one step")
    }
  }
}
