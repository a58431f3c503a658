import Glibc
import LandlineProtocol

/// Removes entries of a local tree, folders with all that is in them. No symbolic link is followed on the way, and no
/// other file system entered.
struct LocalRemoval {
  let tree: FileTree
  let observer: SyncObserver

  /// - Returns: how many are gone, and how many could not be removed.
  func run(_ entries: [Int32]) throws(ClientError) -> (removed: Int, failed: Int) {
    let folders = try LocalFolders(opening: tree.root, followsLinks: false, missing: .isError)
    var removed = 0
    var failed = 0
    for entry in entries {
      do throws(ClientError) {
        try remove(Int(entry), folders)
        removed += 1
        observer.removed(Int(entry))
      } catch {
        failed += 1
        observer.notRemoved(Int(entry), error)
      }
    }
    return (removed, failed)
  }

  private func remove(_ index: Int, _ folders: LocalFolders) throws(ClientError) {
    let parent = tree.parent(of: index).map { tree.pathBytes($0) } ?? []
    let folder = try folders.open(parent[...])
    // With its NUL, for it need not be UTF-8.
    let name = Array(tree.nameBytes(index)) + [0]
    if LocalName.isPart(tree.nameBytes(index)), isInUse(tree.name(index), in: folder) { return }
    let code = LocalFolderRemoval.unlink(name, in: folder.number)
    if code == 0 || code == ENOENT { return }
    let parentPath = LocalName.join(tree.root, String(decoding: parent, as: UTF8.self))
    guard code == EISDIR else { throw failure(LocalName.join(parentPath, tree.name(index)), code) }
    do throws(LocalFolderRemoval.Failure) {
      try LocalFolderRemoval.remove(name, in: folder)
    } catch {
      throw failure(LocalName.join(parentPath, error.path), error.code)
    }
  }

  private func failure(_ path: String, _ code: Int32) -> ClientError {
    let what = "cannot remove '\(printable(path))'"
    return code == EXDEV
      ? ClientError(.localFile, "\(what): another file system is mounted there")
      : ClientError.local(what, errno: code)
  }

  /// Whether another command is fetching into this part at the moment.
  private func isInUse(_ part: String, in folder: Descriptor) -> Bool {
    let number = openat(folder.number, part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard number >= 0 else { return false }
    let file = Descriptor(owning: number)
    return flock(file.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }
}
