import CLinux
import Glibc

/// Small files of `DATA/landline` that are nobody else's business: the server's key, the control socket's secret.
extension DataFolder {
  /// The text of a secret; nil when there is none of that name.
  public func readSecret(named name: String) throws(StorageError) -> String? {
    try SecretFile.read(name, in: landline, shown: landlinePath)
  }

  /// Writes a secret, mode 0600, durably and in one step: readers see the old text or the new one.
  /// - Returns: `text`.
  @discardableResult
  public func writeSecret(named name: String, _ text: String) throws(StorageError) -> String {
    let temporary = name + ".new"
    let shown = "\(landlinePath)/\(name)"
    unlinkat(landline.raw, temporary, 0)
    let raw = retrying {
      clinux_openat(landline.raw, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    }
    guard raw >= 0 else { throw StorageError(errno: errno, "write \(shown)") }
    let file = Descriptor(owning: raw)
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { part in
        retrying { write(file.raw, part.baseAddress, part.count) }
      }
      guard count > 0 else { throw StorageError(errno: count == 0 ? EIO : errno, "write \(shown)") }
      rest = rest.dropFirst(count)
    }
    guard retrying({ fsync(file.raw) }) == 0,
      renameat(landline.raw, temporary, landline.raw, name) == 0,
      retrying({ fsync(landline.raw) }) == 0
    else { throw StorageError(errno: errno, "write \(shown)") }
    return text
  }
}

/// Reading such a file.
enum SecretFile {
  /// The longest of them, in bytes.
  private static let most = 65_536

  /// - Parameter shown: the folder's path, for messages.
  static func read(_ name: String, in folder: borrowing Descriptor, shown: String) throws(StorageError) -> String? {
    let raw = retrying { clinux_openat(folder.raw, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW, 0) }
    guard raw >= 0 else {
      if errno == ENOENT { return nil }
      throw StorageError(errno: errno, "read \(shown)/\(name)")
    }
    let file = Descriptor(owning: raw)
    var bytes = [UInt8](repeating: 0, count: most)
    var count = 0
    while count < bytes.count {
      let part = bytes.withUnsafeMutableBytes { buffer in
        retrying { Glibc.read(file.raw, buffer.baseAddress.map { $0 + count }, buffer.count - count) }
      }
      guard part >= 0 else { throw StorageError(errno: errno, "read \(shown)/\(name)") }
      if part == 0 { break }
      count += part
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
