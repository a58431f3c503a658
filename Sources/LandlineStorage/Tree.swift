import CLinux
import Glibc
import GroupSync
import LandlineProtocol
import LandlineServices
import Synchronization

/// The tree of names below `DATA/files`, entered only by `openat2`, so that no name and no link
/// leads out.
///
/// `RESOLVE_BENEATH` refuses what would leave the tree, `RESOLVE_NO_SYMLINKS` every symbolic
/// link on
/// the way, in the kernel, where no race can come between the check and the use. What changes names
/// (rename, mkdir, unlink) takes one component below a folder that was opened that way.
final class Tree: Sendable {
  let data: DataFolder
  let settled = SettledFolders()
  /// Shared by all who must be durable before they answer.
  let syncs: SyncGroup
  /// Held while a folder gets another name, and while names below a folder that is being removed are unlinked: so what
  /// is moved away meanwhile is not emptied where it is now.
  let folderMoves = Mutex<Void>(())
  /// Tells apart the names that files have in `partial` for the moment of a move.
  let lastJoin = Atomic<UInt64>(0)
  /// What may still be written.
  let space: DiskSpace

  init(_ data: DataFolder, bounds: SpaceBounds = .none) {
    self.data = data
    // Open since before anything was written: what cannot be written is reported to it.
    syncs = SyncGroup(watching: data.files.raw)
    space = DiskSpace(bounds) { () throws(LineError) in try data.space() }
  }

  static let resolve =
    CLINUX_RESOLVE_BENEATH | CLINUX_RESOLVE_NO_SYMLINKS | CLINUX_RESOLVE_NO_MAGICLINKS

  /// The longest path that the kernel takes in one call: `PATH_MAX` counts the NUL.
  static let longestPath = Int(PATH_MAX) - 1

  /// Opens `path`, which must not be a symbolic link and must have none on its way.
  func open(_ path: RemotePath, flags: Int32) throws(LineError) -> Descriptor {
    try check(path)
    let bytes = path.components.isEmpty ? Array(".".utf8) : path.bytes
    return try Self.open(below: data.files.raw, cString(bytes), flags: flags, path)
  }

  /// Opens a folder for reading and syncing.
  func openFolder(_ path: RemotePath) throws(LineError) -> Descriptor {
    try open(path, flags: O_RDONLY | O_DIRECTORY)
  }

  /// Opens the folder that `path` is in: what changes the name `path` acts below it.
  func openParent(of path: RemotePath) throws(LineError) -> Descriptor {
    try check(path)
    guard let parent = path.parent else {
      throw LineError(.wrongKind, "the root of the tree stays as it is")
    }
    do throws(LineError) {
      return try openFolder(parent)
    } catch {
      // The question was about `path`, so the answer is, too.
      throw error.code == .notFound ? LineError(errno: ENOENT, action: "open", path: path) : error
    }
  }

  /// Opens the folder `path`; makes it and those on the way to it if they are missing.
  ///
  /// Their names are not durable yet: `settle` makes them so.
  func openOrMakeFolder(_ path: RemotePath) throws(LineError) -> Descriptor {
    var missing: [RemotePath] = []
    var existing = path
    // One descriptor at a time, for a path can have more components than a process may open files.
    while true {
      do throws(LineError) {
        var folder = try openFolder(existing)
        while let next = missing.popLast(), let name = next.name.map({ cString($0) }) {
          // Another upload may make the same folder at the same time: either one will do.
          if mkdirat(folder.raw, name, 0o755) == 0 {
            // Somebody may have removed one of this name by hand, and this one may have got its inode.
            settled.forget(next.bytes)
          } else if errno != EEXIST {
            throw LineError(errno: errno, action: "make the folder", path: next)
          }
          folder = try Self.open(below: folder.raw, name, flags: O_RDONLY | O_DIRECTORY, next)
        }
        return folder
      } catch {
        guard error.code == .notFound, let parent = existing.parent else { throw error }
        missing.append(existing)
        existing = parent
      }
    }
  }

  /// Makes the names in `folder`, and its own name and those of the folders above it, durable.
  func settle(_ folder: borrowing Descriptor, at path: RemotePath) throws(LineError) {
    try Self.sync(folder, at: path)
    try settleWay(to: folder, at: path)
  }

  /// Makes the folder's own name and those of the folders above it durable, but not the names in it.
  func settleWay(to folder: borrowing Descriptor, at path: RemotePath) throws(LineError) {
    let generation = settled.generation
    var passed: [([UInt8], SettledFolders.Identity)] = []
    var current = path
    var identity = SettledFolders.Identity(try Self.status(of: folder, at: path).version)
    while let parent = current.parent, !settled.contains(current.bytes, identity) {
      let above = try openFolder(parent)
      try Self.sync(above, at: parent)
      passed.append((current.bytes, identity))
      current = parent
      identity = SettledFolders.Identity(try Self.status(of: above, at: parent).version)
    }
    if !passed.isEmpty { settled.insert(passed, since: generation) }
  }

  /// Throws what storing a file at `path` would end in, as far as that can be known beforehand.
  func requireFree(_ path: RemotePath, replacing: Bool) throws(LineError) {
    let kind: EntryKind
    do throws(LineError) {
      let folder = try openParent(of: path)
      kind = try Self.status(of: cString(path.name ?? []), in: folder, at: path).kind
    } catch {
      if error.code == .notFound { return }
      throw error
    }
    switch kind {
    case .folder: throw LineError(errno: EISDIR, action: "store", path: path)
    case .other: throw LineError(errno: ENXIO, action: "store", path: path)
    case .file where !replacing: throw LineError(errno: EEXIST, action: "store", path: path)
    case .file: return
    }
  }

  static func status(of file: borrowing Descriptor, at path: RemotePath) throws(LineError)
    -> EntryStatus
  {
    var status = stat()
    guard fstat(file.raw, &status) == 0 else {
      throw LineError(errno: errno, action: "look at", path: path)
    }
    return EntryStatus(status)
  }

  /// The status of a name itself, not of what it points to.
  static func status(
    of name: [CChar], in folder: borrowing Descriptor, at path: RemotePath
  ) throws(LineError) -> EntryStatus {
    var status = stat()
    guard fstatat(folder.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      throw LineError(errno: errno, action: "look at", path: path)
    }
    return EntryStatus(status)
  }

  static func sync(_ folder: borrowing Descriptor, at path: RemotePath) throws(LineError) {
    guard retrying({ fsync(folder.raw) }) == 0 else {
      throw LineError(errno: errno, action: "make durable", path: path)
    }
  }

  func check(_ path: RemotePath) throws(LineError) {
    let count = path.bytes.count
    guard count <= Self.longestPath else {
      throw LineError(
        .badPath,
        "this path has \(count) bytes; the server's kernel takes at most \(Self.longestPath)")
    }
  }

  static func open(
    below folder: Int32, _ name: [CChar], flags: Int32, _ path: RemotePath
  ) throws(LineError) -> Descriptor {
    let flags = UInt64(UInt32(bitPattern: flags | O_CLOEXEC | O_NOFOLLOW))
    let raw = retrying { clinux_openat2(folder, name, flags, 0, Self.resolve) }
    guard raw >= 0 else { throw LineError(errno: errno, action: "open", path: path) }
    return Descriptor(owning: raw)
  }
}
