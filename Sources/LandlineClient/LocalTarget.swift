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

  init(folder path: String, name: String) throws(ClientError) {
    folder = try Descriptor.open(
      path, flags: O_RDONLY | O_DIRECTORY, toSay: "cannot write into the folder '\(printable(path))'")
    folderPath = path
    self.name = name
  }

  /// For messages.
  var display: String {
    folderPath.utf8.elementsEqual(".".utf8) ? name : LocalName.join(folderPath, name)
  }

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
  var partName: String {
    let suffix = ".landline-part"
    let whole = ".\(name)\(suffix)"
    guard whole.utf8.count > 255 else { return whole }
    let hash = Hex.encode(Digest256(hashing: name.utf8).bytes.prefix(8))
    let room = 255 - 2 - hash.utf8.count - suffix.utf8.count
    let start = LocalName.prefix(of: Array(name.utf8)[...], atMost: room)
    return ".\(String(decoding: start, as: UTF8.self))-\(hash)\(suffix)"
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
  func path(of settled: String) -> String {
    folderPath.utf8.elementsEqual(".".utf8) ? settled : LocalName.join(folderPath, settled)
  }
}
