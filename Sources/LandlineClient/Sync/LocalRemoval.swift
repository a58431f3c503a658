import Glibc
import LandlineProtocol

/// Removes entries of a local tree, folders with all that is in them. No symbolic link is followed on the way.
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
    let code = name.withUnsafeBytes { Self.remove($0, in: folder.number) }
    guard code == 0 || code == ENOENT else {
      throw ClientError.local("cannot remove '\(printable(LocalName.join(tree.root, tree.path(index))))'", errno: code)
    }
  }

  /// Whether another command is fetching into this part at the moment.
  private func isInUse(_ part: String, in folder: Descriptor) -> Bool {
    let number = openat(folder.number, part, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard number >= 0 else { return false }
    let file = Descriptor(owning: number)
    return flock(file.number, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// - Parameter name: its bytes, and a NUL.
  /// - Returns: 0 or the `errno` of the first that could not be removed.
  private static func remove(_ name: UnsafeRawBufferPointer, in folder: Int32) -> Int32 {
    guard let path = name.baseAddress?.assumingMemoryBound(to: CChar.self) else { return EINVAL }
    if unlinkat(folder, path, 0) == 0 { return 0 }
    guard errno == EISDIR || errno == EPERM else { return errno }
    let number = openat(folder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard number >= 0 else { return errno }
    let code = removeAll(in: number)
    if code != 0 { return code }
    return unlinkat(folder, path, AT_REMOVEDIR) == 0 ? 0 : errno
  }

  /// - Parameter number: a folder's descriptor, which is closed here.
  private static func removeAll(in number: Int32) -> Int32 {
    guard let stream = FolderStream(owning: number) else { return ENOMEM }
    let names = stream.names()
    if names.code != 0 { return names.code }
    return names.bytes.withUnsafeBytes { bytes in
      for range in names.ranges {
        let name = UnsafeRawBufferPointer(rebasing: bytes[range.lowerBound...range.upperBound])
        let code = remove(name, in: stream.number)
        if code != 0 && code != ENOENT { return code }
      }
      return 0
    }
  }
}
