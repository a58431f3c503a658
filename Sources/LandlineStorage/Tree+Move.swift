import CLinux
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

extension Tree {
  /// Gives a file or a folder another name, in one step; durable when it returns. Folders missing on the way are made.
  /// - Parameters:
  ///   - kind: what it is. Should it be another kind at the last moment, then what the caller may do with it is another
  ///     question, and it stays where it is (`changed`).
  ///   - replacing: whether a file that has the name gives way to a file. A folder never does (`wrong-kind`).
  /// - Throws: `exists`; `wrong-kind` for a name that something of another kind has; `bad-path` for a folder that would
  ///   come to lie in itself.
  func move(_ path: RemotePath, to target: RemotePath, kind: EntryKind, replacing: Bool) async throws(LineError)
    -> MovedEntry
  {
    guard let above = target.parent else {
      throw LineError(.badPath, "the root of the tree is no new name for anything")
    }
    if kind == .folder, target.components.count > path.components.count,
      target.components.starts(with: path.components)
    {
      throw LineError(.badPath, "the folder '\(path)' cannot be moved into itself")
    }
    let source = try openParent(of: path)
    var attempts = 0
    while true {
      // A name that is not there makes no folders.
      let before = try Self.status(of: cString(path.name ?? []), in: source, at: path)
      guard before.kind == kind else { throw becameAnother(path) }
      let folder = try openOrMakeFolder(above)
      if kind == .folder { forgetSettled(path, target) }
      let code = try rename(path, in: source, to: target, in: folder, before: before, replacing: replacing)
      if code == ENOENT, attempts < 8 {
        // Either end is gone: the next round tells which.
        attempts += 1
        continue
      }
      guard code == 0 else { throw LineError(errno: code, action: "move", path: path) }
      let after = try Self.status(of: cString(target.name ?? []), in: folder, at: target)
      if after.kind != kind {
        // Swapped for something else between the look and the move.
        _ = Rename.moveFree(
          cString(target.name ?? []), in: folder, to: cString(path.name ?? []), in: source,
          isFolder: after.kind == .folder)
        forgetSettled(path, target)
        throw becameAnother(path)
      }
      // Again: what was noted while it moved.
      if kind == .folder { forgetSettled(path, target) }
      try await makeDurable(folder, at: above)
      if path.parent != above { try await sync(source, at: path.parent ?? .root) }
      return MovedEntry(before: before, after: after)
    }
  }

  /// - Returns: 0, or the `errno` of what is not decided here.
  private func rename(
    _ path: RemotePath, in source: borrowing Descriptor, to target: RemotePath, in folder: borrowing Descriptor,
    before: EntryStatus, replacing: Bool
  ) throws(LineError) -> Int32 {
    let name = cString(path.name ?? [])
    let newName = cString(target.name ?? [])
    if before.kind == .folder {
      let code = folderMoves.withLock { _ in
        space.accounts.changingNames(moving: true) {
          Rename.moveFree(name, in: source, to: newName, in: folder, isFolder: true)
        }
      }
      guard code == EEXIST else { return code }
      throw taken(target, in: folder, by: before.kind, replacing: replacing)
    }
    if !replacing {
      let code = space.accounts.changingNames(moving: true) {
        Rename.moveFree(name, in: source, to: newName, in: folder, isFolder: false)
      }
      guard code == EEXIST else { return code }
      throw taken(target, in: folder, by: before.kind, replacing: false)
    }
    var old = stat()
    if fstatat(folder.raw, newName, &old, AT_SYMLINK_NOFOLLOW) == 0 {
      guard EntryKind(mode: old.st_mode) == .file else {
        throw taken(target, in: folder, by: before.kind, replacing: true)
      }
      if EntryStatus(old).version.isSameFile(as: before.version) {
        if path.bytes == target.bytes { return 0 }
        return try joinNames(path, in: source, target, in: folder, of: before)
      }
    }
    return space.accounts.changingNames(moving: true) {
      let gone = counted(newName, in: folder)
      let code = Rename.move(name, in: source, to: newName, in: folder, replacing: true)
      if code == 0 { noteGone(gone) }
      return code
    }
  }

  /// Moves a file to a name that it has as well: rename(2) would leave both.
  ///
  /// The old name is not taken away, but changed to one that nobody else can remove, until the new one is seen to be
  /// there still: else the file could lose both at the same time.
  /// - Returns: 0, or the `errno` of what is not decided here.
  private func joinNames(
    _ path: RemotePath, in source: borrowing Descriptor, _ target: RemotePath, in folder: borrowing Descriptor,
    of before: EntryStatus
  ) throws(LineError) -> Int32 {
    let name = cString(path.name ?? [])
    let newName = cString(target.name ?? [])
    let own = cString("\(WholeFiles.prefix)move-\(lastJoin.wrappingAdd(1, ordering: .relaxed).newValue)".utf8)
    let code = space.accounts.changingNames(moving: true) {
      renameat(source.raw, name, data.partial.raw, own) == 0 ? 0 : errno
    }
    guard code == 0 else { return code }
    do throws(LineError) {
      guard try Self.status(of: own, in: data.partial, at: path).version.isSameFile(as: before.version) else {
        throw becameAnother(path)
      }
      while true {
        var there = stat()
        var code: Int32
        if fstatat(folder.raw, newName, &there, AT_SYMLINK_NOFOLLOW) != 0 {
          // Somebody has removed it.
          code = Rename.moveFree(own, in: data.partial, to: newName, in: folder, isFolder: false)
        } else if EntryStatus(there).version.isSameFile(as: before.version) {
          code = unlinkat(data.partial.raw, own, 0) == 0 ? 0 : errno
        } else {
          guard EntryKind(mode: there.st_mode) == .file else {
            throw taken(target, in: folder, by: .file, replacing: true)
          }
          code = space.accounts.changingNames(moving: true) {
            let gone = counted(newName, in: folder)
            let code = Rename.move(own, in: data.partial, to: newName, in: folder, replacing: true)
            if code == 0 { noteGone(gone) }
            return code
          }
        }
        if code == 0 { return 0 }
        guard code == EEXIST else { throw LineError(errno: code, action: "move", path: path) }
      }
    } catch {
      // Back to where it was, or as near as goes: what is left here is removed when the server starts.
      for number in 0..<NumberedName.most {
        guard let old = try? NumberedName.path(path, number: number) else { break }
        let code = Rename.moveFree(own, in: data.partial, to: cString(old.name ?? []), in: source, isFolder: false)
        if code != EEXIST { break }
      }
      throw error
    }
  }

  /// Why a name that is taken cannot be given to something of `kind`.
  private func taken(
    _ target: RemotePath, in folder: borrowing Descriptor, by kind: EntryKind, replacing: Bool
  ) -> LineError {
    let name = "'\(printable(target.description))'"
    guard let status = try? Self.status(of: cString(target.name ?? []), in: folder, at: target) else {
      // It had the name a moment ago.
      return LineError(errno: EEXIST, action: "move", path: target)
    }
    switch (status.kind, kind) {
    case (.folder, .folder) where replacing:
      return LineError(.wrongKind, "\(name) is a folder, and only a file can be replaced")
    case (.file, .file), (.folder, .folder): return LineError(errno: EEXIST, action: "move", path: target)
    case (.folder, _): return LineError(.wrongKind, "\(name) is a folder, which gives way to no file")
    case (.file, _): return LineError(.wrongKind, "\(name) is a file, which gives way to no folder")
    default: return LineError(.wrongKind, "\(name) is there already, and is neither a file nor a folder")
    }
  }

  private func becameAnother(_ path: RemotePath) -> LineError {
    LineError(.changed, "'\(printable(path.description))' became something else while it was moved; look at it again")
  }

  private func forgetSettled(_ path: RemotePath, _ target: RemotePath) {
    settled.forget(below: path.bytes)
    settled.forget(below: target.bytes)
  }
}

extension FileVersion {
  /// Whether both are of one inode, whatever was written to it meanwhile.
  func isSameFile(as other: FileVersion) -> Bool { device == other.device && inode == other.inode }
}

extension Rename {
  /// Moves a name to one that nobody has, in one step.
  /// - Returns: 0, or the `errno`: `EEXIST` for a name that is taken.
  static func moveFree(
    _ name: [CChar], in source: borrowing Descriptor, to target: [CChar], in folder: borrowing Descriptor,
    isFolder: Bool
  ) -> Int32 {
    guard isFolder else { return move(name, in: source, to: target, in: folder, replacing: false) }
    if clinux_rename_noreplace(source.raw, name, folder.raw, target) == 0 { return 0 }
    switch errno {
    case EINVAL, ENOSYS, ENOTSUP: return moveOverOwn(name, in: source, to: target, in: folder)
    default: return errno
    }
  }

  /// The same for a folder where rename cannot refuse: it then replaces an empty folder, so the name is taken with one.
  static func moveOverOwn(
    _ name: [CChar], in source: borrowing Descriptor, to target: [CChar], in folder: borrowing Descriptor
  ) -> Int32 {
    guard mkdirat(folder.raw, target, 0o700) == 0 else { return errno }
    guard renameat(source.raw, name, folder.raw, target) == 0 else {
      let code = errno
      _ = unlinkat(folder.raw, target, AT_REMOVEDIR)
      // Somebody has put something into it.
      return code == ENOTEMPTY ? EEXIST : code
    }
    return 0
  }
}
