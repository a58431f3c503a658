import CLinux
import Crypto
import Glibc
import LandlineProtocol

/// A name in a local folder that a download is for.
///
/// All calls are relative to the folder's descriptor: nobody can exchange the folder in the middle.
struct LocalTarget: Sendable {
  let folder: Descriptor
  let folderPath: String
  let name: String

  /// For messages.
  var display: String { Self.join(folderPath, name) }

  /// `name` in a local folder, as it may be shown: the current folder is left out.
  static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.elementsEqual(".".utf8) ? name : LocalName.join(folder, name)
  }

  var cannotWrite: String { "cannot write '\(printable(display))'" }

  var taken: ClientError {
    ClientError(
      .exists,
      "'\(printable(display))' is there already; say --replace, --keep-both or --skip")
  }

  /// Whether the name is taken.
  /// - Throws: when it is a folder's, which nothing here replaces.
  func isTaken() throws(ClientError) -> Bool {
    var status = stat()
    guard fstatat(folder.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return false }
      throw ClientError.local("cannot look at '\(printable(display))'", errno: errno)
    }
    guard !status.isFolder else {
      throw ClientError(.localFile, "'\(printable(display))' is a folder; a file cannot replace it")
    }
    return true
  }

  /// The name of the part: `.NAME.landline-part`, with a hash in place of the end of a NAME too long for that.
  var partName: String { Self.partName(of: name) }

  /// The name of the part of a file called `name`.
  static func partName(of name: String) -> String {
    let suffix = LocalName.partSuffix
    let whole = ".\(name)\(suffix)"
    guard whole.utf8.count > 255 else { return whole }
    let hash = Hex.encode(Digest256(hashing: name.utf8).bytes.prefix(8))
    let room = 255 - 2 - hash.utf8.count - suffix.utf8.count
    let start = LocalName.prefix(of: Array(name.utf8)[...], atMost: room)
    return ".\(String(decoding: start, as: UTF8.self))-\(hash)\(suffix)"
  }

  /// Whether an earlier attempt has left something to go on with.
  var hasPart: Bool {
    var status = stat()
    return fstatat(folder.number, partName, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.isRegularFile
      && status.st_size > 0
  }

  func removePart() { unlinkat(folder.number, partName, 0) }

  /// Opens or makes the part and takes its lock.
  /// - Parameter isEmpty: whether what an earlier attempt has left is of no use.
  /// - Throws: `busy` when another download of the same name is at work.
  func openPart(isEmpty: Bool) throws(ClientError) -> Descriptor {
    let part = partName
    while true {
      let file = try Descriptor.open(
        part, in: folder, flags: O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, mode: 0o666, toSay: cannotWrite)
      guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        if code == EINTR { continue }
        guard code == EWOULDBLOCK else { throw ClientError.local(cannotWrite, errno: code) }
        throw ClientError(
          .busy, "another command is fetching '\(printable(display))' at this moment")
      }
      // The one before us may have given the file its final name between our open and our lock.
      let mine = try file.status(toSay: cannotWrite)
      var named = stat()
      guard fstatat(folder.number, part, &named, AT_SYMLINK_NOFOLLOW) == 0,
        named.st_ino == mine.st_ino, named.st_dev == mine.st_dev
      else { continue }
      guard mine.isRegularFile else {
        throw ClientError(.localFile, "'\(printable(part))' is in the way: it is not a file; remove it")
      }
      if isEmpty, mine.st_size > 0 { try file.truncate(toSay: cannotWrite) }
      return file
    }
  }

  /// Gives the part its final name.
  /// - Returns: the name; nil when it was to be skipped.
  func settle(_ ifExists: IfExists) throws(ClientError) -> String? {
    let what = "cannot give '\(printable(display))' its name"
    switch ifExists {
    case .replace:
      guard renameat(folder.number, partName, folder.number, name) == 0 else {
        throw ClientError.local(what, errno: errno)
      }
      return name
    case .fail:
      guard try renameIfFree(to: name, toSay: what) else { throw taken }
      return name
    case .skip:
      if try renameIfFree(to: name, toSay: what) { return name }
      unlinkat(folder.number, partName, 0)
      return nil
    case .keepBoth:
      if try renameIfFree(to: name, toSay: what) { return name }
      for number in 1..<NumberedName.most {
        guard let bytes = NumberedName.name(Array(name.utf8), number: number) else { throw taken }
        let other = String(decoding: bytes, as: UTF8.self)
        if try renameIfFree(to: other, toSay: what) { return other }
      }
      throw taken
    }
  }

  /// - Returns: false when the name is taken.
  private func renameIfFree(to new: String, toSay what: String) throws(ClientError) -> Bool {
    if clinux_rename_noreplace(folder.number, partName, folder.number, new) == 0 { return true }
    switch errno {
    case EEXIST: return false
    case EINVAL, ENOSYS: break
    default: throw ClientError.local(what, errno: errno)
    }
    // A file system without RENAME_NOREPLACE: a link is refused for a name that is taken, too.
    guard linkat(folder.number, partName, folder.number, new, 0) == 0 else {
      if errno == EEXIST { return false }
      throw ClientError.local(what, errno: errno)
    }
    unlinkat(folder.number, partName, 0)
    return true
  }

  /// The full name for results.
  func path(of settled: String) -> String { Self.join(folderPath, settled) }
}

extension Descriptor {
  /// Makes the file empty.
  func truncate(toSay what: @autoclosure () -> String) throws(ClientError) {
    guard ftruncate(number, 0) == 0 else {
      let code = errno
      throw ClientError.local(what(), errno: code)
    }
  }
}
