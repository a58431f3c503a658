import CLinux
import Glibc
import GroupSync
import LandlineProtocol
import LandlineServices

/// The folders that one group of files goes to: each is opened once, and made durable once. For one task.
final class OpenFolders {
  private final class Folder {
    let path: RemotePath
    let descriptor: Descriptor
    /// Whether a name in it has changed.
    var isTouched = false
    var problem: LineError?

    init(_ descriptor: consuming Descriptor, path: RemotePath) {
      self.path = path
      self.descriptor = descriptor
    }
  }

  private let tree: Tree
  private var folders: [[UInt8]: Folder] = [:]
  /// The one that was used last: files of one folder mostly come one after the other.
  private var last: Folder?

  init(_ tree: Tree) {
    self.tree = tree
  }

  private func find(_ path: RemotePath, making: Bool) throws(LineError) -> Folder? {
    if let last, last.path == path { return last }
    if let known = folders[path.bytes] {
      last = known
      return known
    }
    let descriptor: Descriptor
    do throws(LineError) {
      descriptor = making ? try tree.openOrMakeFolder(path) : try tree.openFolder(path)
    } catch {
      if !making, error.code == .notFound { return nil }
      throw error
    }
    let folder = Folder(descriptor, path: path)
    folders[path.bytes] = folder
    last = folder
    return folder
  }

  /// Throws what storing the file would end in, as far as that can be known beforehand.
  /// - Returns: whether the name is taken and the file is to be skipped.
  func isToBeSkipped(_ file: NewFile) throws(LineError) -> Bool {
    try tree.check(file.path)
    guard let parent = file.path.parent, let folder = try find(parent, making: false) else { return false }
    let name = cString(file.path.name ?? [])
    var status = stat()
    guard fstatat(folder.descriptor.raw, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      guard errno == ENOENT else { throw LineError(errno: errno, action: "look at", path: file.path) }
      return false
    }
    switch EntryKind(mode: status.st_mode) {
    case .folder: throw LineError(errno: EISDIR, action: "store", path: file.path)
    case .other: throw LineError(errno: ENXIO, action: "store", path: file.path)
    case .file: break
    }
    if file.ifExists == .fail { throw LineError(errno: EEXIST, action: "store", path: file.path) }
    return file.ifExists == .skip
  }

  /// Moves an upload into the tree, making the folders on the way.
  /// - Parameter account: whose it is, if anybody's.
  /// - Returns: 0 or the `errno`.
  func rename(_ name: String, of account: Int64?, to path: RemotePath, replacing: Bool) throws(LineError) -> Int32 {
    guard let parent = path.parent, let target = path.name else { return EISDIR }
    for _ in 0..<8 {
      guard let folder = try find(parent, making: true) else { return ENOENT }
      let code = tree.space.accounts.changingNames {
        let old = replacing ? tree.counted(cString(target), in: folder.descriptor) : .nothing
        let code = Rename.move(
          name, in: tree.data.partial, to: cString(target), in: folder.descriptor, replacing: replacing)
        if code == 0 { tree.notePublished(of: account, inPlaceOf: old) }
        return code
      }
      if code == 0 { folder.isTouched = true }
      // Somebody has removed the folder since it was opened: it is made again.
      guard code == ENOENT else { return code }
      folders[parent.bytes] = nil
      last = nil
    }
    return ENOENT
  }

  /// Has the names in the folder of `path` made durable by `settle`, whoever gave them.
  /// - Throws: `not-found` when it is gone.
  func touchFolder(of path: RemotePath) throws(LineError) {
    guard let parent = path.parent, let folder = try find(parent, making: false) else {
      throw LineError(errno: ENOENT, action: "make durable", path: path)
    }
    folder.isTouched = true
  }

  /// Makes the names in all touched folders durable, and those of the folders themselves.
  func settle() async {
    let touched = folders.values.filter(\.isTouched)
    let codes = await tree.syncs.sync(touched.map { $0.descriptor.raw })
    for (folder, code) in zip(touched, codes) {
      do throws(LineError) {
        guard code == 0 else { throw LineError(errno: code, action: "make durable", path: folder.path) }
        try tree.settleWay(to: folder.descriptor, at: folder.path)
      } catch {
        folder.problem = error
      }
    }
  }

  /// Throws what stood in the way of making the file's name durable.
  func requireSettled(_ path: RemotePath) throws(LineError) {
    guard let parent = path.parent, let problem = folders[parent.bytes]?.problem else { return }
    throw problem
  }
}
