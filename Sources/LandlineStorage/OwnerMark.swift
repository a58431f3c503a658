import CLinux
import Glibc

/// Whose a file is, written on the file itself: an extended attribute (`man 7 xattr`), which goes along wherever the file
/// is moved to, and is gone when it is.
enum OwnerMark {
  private static let name = "user.landline.account"

  /// - Returns: 0, or the `errno`: `ENOTSUP` on a file system without such attributes.
  static func set(_ account: Int64, on file: Int32) -> Int32 {
    var text = Array("\(account)".utf8)
    return clinux_fsetxattr(file, name, &text, text.count) == 0 ? 0 : errno
  }

  /// - Returns: nil for a file without an owner.
  static func read(_ file: Int32) -> Int64? {
    var text = [UInt8](repeating: 0, count: 20)
    let count = clinux_fgetxattr(file, name, &text, text.count)
    return count > 0 ? Int64(String(decoding: text[..<count], as: UTF8.self)) : nil
  }

  /// Of a name in a folder, which must be a file's; one that cannot be opened has no owner.
  static func read(_ name: [CChar], in folder: Int32) -> Int64? {
    let flags = O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC
    let raw = retrying { clinux_openat(folder, name, flags, 0) }
    guard raw >= 0 else { return nil }
    let file = Descriptor(owning: raw)
    return read(file.raw)
  }
}
