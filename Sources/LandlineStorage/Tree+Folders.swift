import CLinux
import Glibc
import GroupSync
import LandlineProtocol
import LandlineServices

extension Tree {
  /// Makes a folder, and those missing on the way to it; durable when it returns.
  /// - Throws: `exists` when it is there already; `wrong-kind` when something else has its name.
  func makeFolder(_ path: RemotePath) async throws(LineError) {
    guard let above = path.parent else { throw LineError(errno: EEXIST, action: "make the folder", path: path) }
    let name = cString(path.name ?? [])
    var attempts = 0
    while true {
      let parent = try openOrMakeFolder(above)
      if mkdirat(parent.raw, name, 0o755) == 0 {
        settled.forget(path.bytes)
        return try await makeDurable(parent, at: above)
      }
      let code = errno
      switch code {
      case EEXIST:
        guard try Self.status(of: name, in: parent, at: path).kind == .folder else {
          throw LineError(.wrongKind, "'\(printable(path.description))' is there already, and is no folder")
        }
        // Whoever made it may not have made it durable yet.
        try await makeDurable(parent, at: above)
        throw LineError(errno: code, action: "make the folder", path: path)
      case ENOENT where attempts < 8:
        // Somebody removed the folder above since it was opened.
        attempts += 1
      default: throw LineError(errno: code, action: "make the folder", path: path)
      }
    }
  }

  /// Removes one name; durable when it returns.
  func remove(_ path: RemotePath) async throws(LineError) {
    let folder = try openParent(of: path)
    let name = cString(path.name ?? [])
    let status = try Self.status(of: name, in: folder, at: path)
    if path.isFolderHint, status.kind != .folder {
      throw LineError(errno: ENOTDIR, action: "remove", path: path)
    }
    // Before and after: the same folder made again, maybe with the same inode, is another one.
    if status.kind == .folder { settled.forget(path.bytes) }
    defer { if status.kind == .folder { settled.forget(path.bytes) } }
    let code = space.accounts.changingNames {
      let file = counted(name, in: folder)
      guard unlinkat(folder.raw, name, status.kind == .folder ? AT_REMOVEDIR : 0) == 0 else { return errno }
      noteGone(file)
      return 0
    }
    guard code == 0 else {
      // POSIX allows either for a folder that is not empty.
      throw LineError(
        errno: code == EEXIST ? ENOTEMPTY : code, action: "remove", path: path)
    }
    try await sync(folder, at: path.parent ?? .root)
  }

  /// Makes the names in `folder` durable, in one go with whoever else waits for the disk.
  func sync(_ folder: borrowing Descriptor, at path: RemotePath) async throws(LineError) {
    let code = await syncs.sync(folder.raw)
    guard code == 0 else { throw LineError(errno: code, action: "make durable", path: path) }
  }

  /// As `settle`, in one go with whoever else waits for the disk.
  func makeDurable(_ folder: borrowing Descriptor, at path: RemotePath) async throws(LineError) {
    try await sync(folder, at: path)
    try settleWay(to: folder, at: path)
  }

  /// Opens a folder by components, which may be any bytes and together longer than `longestPath`, below a folder of the
  /// tree; nowhere a symbolic link or another mount.
  /// - Returns: nil with `errno` set.
  func openFolder(_ components: ArraySlice<[UInt8]>, below folder: consuming Descriptor) -> Descriptor? {
    let flags = UInt64(UInt32(bitPattern: O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW))
    var current = folder
    var rest = components
    while !rest.isEmpty {
      var path: [UInt8] = []
      while let next = rest.first, path.count + 1 + next.count <= Self.longestPath {
        path += (path.isEmpty ? [] : [UInt8(ascii: "/")]) + next
        rest = rest.dropFirst()
      }
      let raw = retrying { [below = current.raw] in
        clinux_openat2(below, cString(path), flags, 0, Self.resolve | CLINUX_RESOLVE_NO_XDEV)
      }
      guard raw >= 0 else { return nil }
      current = Descriptor(owning: raw)
    }
    return current
  }
}
