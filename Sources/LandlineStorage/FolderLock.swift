import CLinux
import Glibc

/// The lock by which one server at a time has a data folder.
///
/// The kernel lets go of it when the process dies, however it dies, so none is ever left behind.
enum FolderLock {
  static func take(in landline: borrowing Descriptor, shown: String) throws(StorageError)
    -> Descriptor
  {
    let raw = clinux_openat(landline.raw, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard raw >= 0 else { throw StorageError(errno: errno, "open \(shown)/landline/lock") }
    let file = Descriptor(owning: raw)
    guard retrying({ flock(file.raw, LOCK_EX | LOCK_NB) }) == 0 else {
      guard errno == EWOULDBLOCK else {
        throw StorageError(errno: errno, "lock \(shown)/landline/lock")
      }
      throw StorageError(
        .inUse, "another server\(owner(file)) uses the data folder \(shown); stop it first")
    }
    // Only for the message above: whether this can be written does not matter to the lock.
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(file.raw, 0) == 0 { _ = pwrite(file.raw, text, text.count, 0) }
    return file
  }

  /// " (pid N)", or nothing when the file does not say.
  private static func owner(_ file: borrowing Descriptor) -> String {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(file.raw, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(count, 0)).prefix { $0 >= 0x30 && $0 <= 0x39 }
    return digits.isEmpty ? "" : " (pid \(String(decoding: digits, as: UTF8.self)))"
  }
}
