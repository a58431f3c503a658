import CLinux
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// Removes a folder with everything in it, some names at a time, with two open folders at most.
///
/// Each step opens the folder it works in anew, by its path below the root, under the lock that folders are moved under:
/// so it unlinks nothing but what lies there by name at that moment, whatever was moved away or put in its place since
/// the last step. A symbolic link is never entered, and another mount is not, either; names that no client could ask for
/// go like all others.
final class DiskFolderRemoval: FolderRemoval {
  /// What one step does at most while it holds the lock: names, and seconds.
  private static let mostNames = 512
  private static let longestStep = 0.02
  /// Bytes of names of folders that are kept for later.
  private static let mostPending = 65_536
  /// Folders in folders, more than any path can have; made by hand.
  static let deepest = 1_024
  /// How often a folder is read again because something was put into it meanwhile.
  private static let mostPasses = 100

  private struct Frame {
    /// Its folders that are still to be removed.
    var pending: [[UInt8]] = []
    /// Where its reading stopped; nil once it was read to its end.
    var position: Int? = 0
    var passes = 0
  }

  private let tree: Tree
  private let path: RemotePath
  private let admits: ((_ path: [UInt8]) -> Bool)?
  private var frames = [Frame()]
  /// The folders inside `path` that lead to the innermost frame.
  private var names: [[UInt8]] = []
  private var pendingBytes = 0
  private(set) var removed: Int64 = 0

  /// - Parameter admits: whether a name (relative to the folder) may be removed.
  init(tree: Tree, path: RemotePath, admits: ((_ path: [UInt8]) -> Bool)?) throws(LineError) {
    self.tree = tree
    self.path = path
    self.admits = admits
    let parent = try tree.openParent(of: path)
    // Not a mount either, which could be emptied, but not removed.
    guard tree.openFolder([path.name ?? []], below: parent) != nil else {
      throw LineError(errno: errno, action: "open", path: path)
    }
    tree.settled.forget(below: path.bytes)
  }

  func step() throws(LineError) -> Bool {
    guard let top = frames.indices.last else { return false }
    if let name = frames[top].pending.popLast() {
      pendingBytes -= name.count
      guard frames.count < Self.deepest else { throw tooDeep() }
      frames.append(Frame())
      names.append(name)
    } else if frames[top].position == nil {
      try leave()
    } else {
      try readSome()
    }
    return !frames.isEmpty
  }

  func finish() async throws(LineError) {
    tree.settled.forget(below: path.bytes)
    let parent = try tree.openParent(of: path)
    try await tree.sync(parent, at: path.parent ?? .root)
  }

  // MARK: One folder

  /// Unlinks the innermost folder's next names, and notes which are folders.
  private func readSome() throws(LineError) {
    let top = frames.count - 1
    try tree.folderMoves.withLock { _ throws(LineError) in
      guard let folder = try openInnermost(), let stream = DirectoryStream(folder) else {
        // Gone, or no folder any more: leaving it finds out.
        frames[top].position = nil
        return
      }
      if let position = frames[top].position, position != 0 { stream.seek(to: position) }
      let raw = stream.raw
      var count = 0
      var problem: LineError?
      let deadline = Self.now() + Self.longestStep
      let (code, isAtEnd) = stream.readNames { name, type in
        count += 1
        do throws(LineError) {
          try remove(name, type, in: raw)
        } catch {
          problem = error
          return false
        }
        return count < Self.mostNames && pendingBytes < Self.mostPending && Self.now() < deadline
      }
      if let problem { throw problem }
      guard code == 0 else { throw failure("read the folder", names, code) }
      frames[top].position = isAtEnd ? nil : stream.position
    }
  }

  private func remove(_ bytes: UnsafeRawBufferPointer, _ type: UInt8, in folder: Int32) throws(LineError) {
    let name = Array(bytes)
    if let admits, !admits(Array((names + [name]).joined(separator: [UInt8(ascii: "/")]))) {
      throw LineError(.forbidden, "this account may not remove '\(printable(shownText(names + [name])))'")
    }
    let isFolder =
      Int(type) == Int(DT_DIR) || Int(type) == Int(DT_UNKNOWN) && Self.isFolder(cString(name), in: folder)
    if !isFolder {
      let code = tree.space.accounts.changingNames {
        let file = tree.counted(cString(name), in: folder)
        guard unlinkat(folder, cString(name), 0) == 0 else { return errno }
        tree.noteGone(file)
        return 0
      }
      switch code {
      case 0:
        removed += 1
        return
      case ENOENT: return
      // It became a folder since its name was read (Linux; POSIX says EPERM).
      case EISDIR: break
      default: throw failure("remove", names + [name], code)
      }
    }
    frames[frames.count - 1].pending.append(name)
    pendingBytes += name.count
  }

  /// Removes the innermost folder, which should be empty now.
  private func leave() throws(LineError) {
    let top = frames.count - 1
    let code = try tree.folderMoves.withLock { _ throws(LineError) -> Int32 in
      if names.isEmpty {
        let parent = try tree.openParent(of: path)
        return Self.removeFolder(cString(path.name ?? []), in: parent.raw)
      }
      guard let parent = try openFolder(names.dropLast()) else { return ENOENT }
      return Self.removeFolder(cString(names.last ?? []), in: parent.raw)
    }
    switch code {
    case 0: removed += 1
    // Somebody else has removed it, or moved it away.
    case ENOENT: break
    case ENOTEMPTY, EEXIST:
      // Something was put into it after it was read there.
      guard frames[top].passes < Self.mostPasses else {
        throw LineError(
          .notEmpty, "the folder '\(printable(shownText(names)))' gets new names faster than they can be removed")
      }
      frames[top].passes += 1
      frames[top].position = 0
      return
    default: throw failure("remove", names, code)
    }
    frames.removeLast()
    _ = names.popLast()
  }

  /// - Returns: 0 or `errno`.
  private static func removeFolder(_ name: [CChar], in folder: Int32) -> Int32 {
    if unlinkat(folder, name, AT_REMOVEDIR) == 0 { return 0 }
    // Swapped for a file or a link, which alone goes.
    guard errno == ENOTDIR else { return errno }
    return unlinkat(folder, name, 0) == 0 ? 0 : errno
  }

  // MARK: Opening

  /// nil when it is not there any more, or no folder.
  private func openInnermost() throws(LineError) -> Descriptor? {
    try openFolder(names[...])
  }

  private func openFolder(_ names: ArraySlice<[UInt8]>) throws(LineError) -> Descriptor? {
    let base: Descriptor
    do throws(LineError) {
      base = try tree.openFolder(path)
    } catch {
      if error.code == .notFound || error.code == .wrongKind { return nil }
      throw error
    }
    if let folder = tree.openFolder(names, below: base) { return folder }
    switch errno {
    case ENOENT, ENOTDIR, ELOOP: return nil
    default: throw failure("open", Array(names))
    }
  }

  private static func isFolder(_ name: [CChar], in folder: Int32) -> Bool {
    var status = stat()
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && EntryKind(mode: status.st_mode) == .folder
  }

  /// Seconds of a clock that only goes forward.
  private static func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  // MARK: Errors

  private func tooDeep() -> LineError {
    LineError(
      .tooMany,
      "'\(path)' has folders more than \(Self.deepest) deep; somebody must remove them on the server's own machine")
  }

  /// For a message: these names may be such as no path has.
  private func shownText(_ names: [[UInt8]]) -> String {
    String(decoding: Array((path.components + names).joined(separator: [UInt8(ascii: "/")])), as: UTF8.self)
  }

  private func failure(_ action: String, _ names: [[UInt8]], _ code: Int32 = errno) -> LineError {
    LineError(errno: code, action: action, shown: "'\(printable(shownText(names)))'")
  }
}
