import CLinux
import Glibc

/// A place in which a database can be looked at without changing anything beside it.
struct DatabaseLook {
  private static let place = "look"

  let folder: DataFolder
  let name: String

  /// Relative to `DATA/landline`.
  var path: String { "\(Self.place)/\(name)" }

  /// - Returns: false when there is no database, or no look can be taken.
  func begin() -> Bool {
    // What a server that was killed in its look left behind.
    end()
    guard mkdirat(folder.landline.raw, Self.place, 0o700) == 0 else { return false }
    let linked = linkat(folder.landline.raw, name, folder.landline.raw, path, 0) == 0
    guard linked || errno != ENOENT && copy(name, to: path) else { return false }
    return copy(name + "-wal", to: path + "-wal")
  }

  func end() {
    for suffix in ["", "-wal", "-shm", "-journal"] {
      unlinkat(folder.landline.raw, path + suffix, 0)
    }
    unlinkat(folder.landline.raw, Self.place, AT_REMOVEDIR)
  }

  /// True also when there is nothing to copy.
  private func copy(_ source: String, to target: String) -> Bool {
    let from = clinux_openat(folder.landline.raw, source, O_RDONLY | O_NOFOLLOW | O_CLOEXEC, 0)
    guard from >= 0 else { return errno == ENOENT }
    let input = Descriptor(owning: from)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let to = clinux_openat(folder.landline.raw, target, flags, 0o600)
    guard to >= 0 else { return false }
    let output = Descriptor(owning: to)
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = retrying { Glibc.read(input.raw, &buffer, buffer.count) }
      guard count > 0 else { return count == 0 }
      var written = 0
      while written < count {
        let part = buffer.withUnsafeBytes { bytes in
          let rest = bytes.baseAddress.map { $0 + written }
          return retrying { Glibc.write(output.raw, rest, count - written) }
        }
        guard part > 0 else { return false }
        written += part
      }
    }
  }
}
