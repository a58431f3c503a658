import Glibc
import LandlineServices

extension Tree {
  /// The bytes that are gone when the file `name` is; 0 where nobody counts.
  func countedSize(of name: [CChar], in folder: borrowing Descriptor) -> Int64 {
    countedSize(of: name, in: folder.raw)
  }

  /// As above, for a descriptor that somebody else owns.
  func countedSize(of name: [CChar], in folder: Int32) -> Int64 {
    var status = stat()
    guard space.usage != nil, fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
    return countedSize(status)
  }

  func countedSize(_ status: stat) -> Int64 {
    EntryKind(mode: status.st_mode) == .file && status.st_nlink <= 1 ? Int64(status.st_size) : 0
  }
}
