import CLinux
import Glibc
import LandlineProtocol

/// The folder that a server keeps everything in, held by this process alone.
///
/// ```
/// DATA/files                  the tree, plain files that `ls` understands
/// DATA/landline        0700   what people are not to touch
///              /lock          locked (`man 2 flock`) while a server runs; holds its process id
///              /landline.sqlite
///              /partial 0700  uploads that are not finished
/// ```
///
/// The lock and the descriptors live as long as this object does: keep it as long as any store.
public final class DataFolder: Sendable {
  /// The absolute path of DATA, whatever the working directory becomes later.
  public let path: String
  let files: Descriptor
  let landline: Descriptor
  let partial: Descriptor
  private let lock: Descriptor

  /// Opens the folder, makes what is missing of it, and locks it.
  ///
  /// `landline` and `partial` get the mode 0700 whatever they had, for there is
  /// no other right one; that `landline` belongs to somebody else is an error.
  /// - Parameter path: of DATA, absolute or relative to the working directory.
  /// - Throws: `StorageError`: `inUse` when another server has it, `unsuitable` when it cannot
  ///   serve.
  public init(path: String) throws(StorageError) {
    self.path = try FolderOpening.absolute(path)
    try FolderOpening.makeParents(of: self.path)
    let data = try FolderOpening.openOrMake(at: AT_FDCWD, self.path, mode: 0o755, shown: self.path)
    landline = try FolderOpening.openOrMake(
      at: data.raw, "landline", mode: 0o700, shown: "\(self.path)/landline")
    try FolderOpening.makePrivate(landline, shown: "\(self.path)/landline")
    lock = try FolderLock.take(in: landline, shown: self.path)
    files = try FolderOpening.openOrMake(
      at: data.raw, "files", mode: 0o755, shown: "\(self.path)/files")
    partial = try FolderOpening.openOrMake(
      at: landline.raw, "partial", mode: 0o700, shown: "\(self.path)/landline/partial")
    try FolderOpening.makePrivate(partial, shown: "\(self.path)/landline/partial")
    // Whoever made these folders, a file below them is durable only when their names are.
    try FolderOpening.sync(landline, shown: "\(self.path)/landline")
    try FolderOpening.sync(data, shown: self.path)
    try Kernel.requireOpenat2(at: files)
    try FolderOpening.requireSameFileSystem(files, partial, shown: self.path)
  }

  deinit {
    // Closing is not enough while a child process that was forked, but has not called exec yet,
    // shares the open file; this ends the lock for both.
    flock(lock.raw, LOCK_UN)
  }

  /// Bytes free for this user, and bytes in all, of the disk that holds the tree.
  func space() throws(LineError) -> (free: Int64, total: Int64) {
    var disk = statvfs()
    guard retrying({ fstatvfs(files.raw, &disk) }) == 0 else {
      throw LineError(errno: errno, action: "look at the disk of", path: .root)
    }
    let block = UInt64(disk.f_frsize)
    return (
      free: Int64(clamping: UInt64(disk.f_bavail) * block), total: Int64(clamping: UInt64(disk.f_blocks) * block)
    )
  }

  /// The path of `DATA/landline`.
  public var landlinePath: String { path + "/landline" }

  /// `DATA/landline` open, for the `…at` calls; valid while this object lives, not to be closed.
  ///
  /// `/proc/self/fd/N/NAME` is a short path to what lies in it, for a Unix socket (107 bytes).
  public var landlineDescriptor: Int32 { landline.raw }
}
