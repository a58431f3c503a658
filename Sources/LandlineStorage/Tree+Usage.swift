import Glibc
import LandlineProtocol
import LandlineServices

/// The bytes that are gone when a name is, and whose they are.
struct CountedFile {
  var size: Int64
  var account: Int64?

  static let nothing = CountedFile(size: 0, account: nil)
}

extension Tree {
  /// What is gone when the file `name` is; nothing where nobody counts.
  func counted(_ name: [CChar], in folder: borrowing Descriptor) -> CountedFile {
    counted(name, in: folder.raw)
  }

  /// As above, for a descriptor that somebody else owns.
  func counted(_ name: [CChar], in folder: Int32) -> CountedFile {
    guard space.usage != nil || space.accounts.isActive else { return .nothing }
    var status = stat()
    // A file with another name stays.
    guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0, EntryKind(mode: status.st_mode) == .file,
      status.st_nlink <= 1
    else { return .nothing }
    return CountedFile(
      size: Int64(status.st_size), account: space.accounts.isActive ? OwnerMark.read(name, in: folder) : nil)
  }

  /// Writes on a file whose it is.
  /// - Throws: where there is a quota to keep, and this cannot be kept.
  func mark(_ file: borrowing Descriptor, _ owner: FileOwner?, at shown: String) throws(LineError) {
    guard let owner else { return }
    let code = OwnerMark.set(owner.account, on: file.raw)
    guard code == 0 || owner.quota == nil else {
      if code == ENOSPC || code == EDQUOT { throw LineError(.noSpace, "the server's disk is full") }
      throw LineError(.internal, "cannot note whose \(shown) is, as a quota needs: \(text(ofErrno: code))")
    }
  }

  /// Notes, within `changingNames`, that an upload has become a file of the tree.
  func notePublished(of account: Int64?, inPlaceOf old: CountedFile) {
    if let account { space.accounts.published(of: account) }
    noteGone(old)
  }

  /// Notes that a file that was looked at is gone.
  func noteGone(_ file: CountedFile) {
    if file.size > 0 { space.removed(file.size, of: file.account) }
  }
}
