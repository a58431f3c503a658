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
  /// Whether what has arrived is kept when the download is cut off.
  var keepsPart = true

  /// For messages.
  var display: String { Self.join(folderPath, name) }

  /// `name` in a local folder, as it may be shown: the current folder is left out.
  static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.elementsEqual(".".utf8) ? name : LocalName.join(folder, name)
  }

  var cannotWrite: String { "cannot write '\(printable(display))'" }

  var taken: ClientError {
    ClientError(
      .exists, "'\(printable(display))' is there already", advice: "Say --replace, --keep-both or --skip")
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

  /// Removes the part, when its name is still that of `part`.
  func removePart(_ part: Descriptor) {
    if isNamed(part) { unlinkat(folder.number, partName, 0) }
  }

  /// Whether what has the part's name is `part`: another program may have given the name to something else.
  private func isNamed(_ part: Descriptor) -> Bool {
    var mine = stat()
    var named = stat()
    return fstat(part.number, &mine) == 0 && fstatat(folder.number, partName, &named, AT_SYMLINK_NOFOLLOW) == 0
      && named.st_ino == mine.st_ino && named.st_dev == mine.st_dev
  }

  /// Opens or makes the part and takes its lock. One that is not to be kept has no name before ``settle(_:_:)``, where
  /// the file system knows such files.
  /// - Parameter isEmpty: whether what an earlier attempt has left is of no use.
  /// - Throws: `busy` when another download of the same name is at work.
  func openPart(isEmpty: Bool) throws(ClientError) -> Descriptor {
    if !keepsPart {
      try removeOldPart()
      if let file = openNameless() { return file }
    }
    return try openNamed(isEmpty: isEmpty || !keepsPart)
  }

  private func openNamed(isEmpty: Bool) throws(ClientError) -> Descriptor {
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
      guard isNamed(file) else { continue }
      let mine = try file.status(toSay: cannotWrite)
      guard mine.isRegularFile else {
        throw ClientError(.localFile, "'\(printable(part))' is in the way: it is not a file; remove it")
      }
      if isEmpty, mine.st_size > 0 { try file.truncate(toSay: cannotWrite) }
      return file
    }
  }

  /// Removes what an earlier attempt has left.
  private func removeOldPart() throws(ClientError) {
    var status = stat()
    guard fstatat(folder.number, partName, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return }
    removePart(try openNamed(isEmpty: true))
  }

  /// A file without a name, of which nothing is left whatever ends this process (O_TMPFILE, man 2 open); nil where there
  /// are none.
  private func openNameless() -> Descriptor? {
    // Glibc's O_TMPFILE, a macro that Swift does not import: __O_TMPFILE | O_DIRECTORY.
    let number = openat(folder.number, ".", 0o20_000_000 | O_DIRECTORY | O_RDWR | O_CLOEXEC, 0o666)
    guard number >= 0 else { return nil }
    let file = Descriptor(owning: number)
    // It gets its name through /proc, which may be missing.
    guard access(Self.proc(file), F_OK) == 0, flock(file.number, LOCK_EX | LOCK_NB) == 0 else { return nil }
    return file
  }

  private static func proc(_ file: Descriptor) -> String { "/proc/self/fd/\(file.number)" }

  /// Gives the part its final name. One that is not to be kept gets it from having none, so that nothing stays behind
  /// whatever ends this process in between; only where it replaces a file it has the part's name first, for a moment.
  /// - Parameter part: open and locked, with the bytes that were checked.
  /// - Returns: the name; nil when it was to be skipped.
  /// - Throws: `changed` when the part's name leads to something else.
  func settle(_ part: Descriptor, _ ifExists: IfExists) throws(ClientError) -> String? {
    if !keepsPart, try part.status(toSay: cannotWrite).st_nlink == 0 {
      guard ifExists == .replace else {
        return try settle(ifExists) { new throws(ClientError) in try link(part, ifFree: new) }
      }
      if try link(part, ifFree: name) { return name }
      try namePart(part)
    }
    // Of one that is not to be kept nothing stays behind when its name is taken.
    defer { if !keepsPart { removePart(part) } }
    guard isNamed(part) else {
      throw ClientError(
        .changed,
        "another program has put something else in the place of '\(printable(partName))' while "
          + "'\(printable(display))' was fetched; fetch it again")
    }
    if ifExists == .replace {
      guard renameat(folder.number, partName, folder.number, name) == 0 else {
        let code = errno
        throw ClientError.local(cannotName, errno: code)
      }
      return name
    }
    let settled = try settle(ifExists) { new throws(ClientError) in try renamePart(ifFree: new) }
    if settled == nil { unlinkat(folder.number, partName, 0) }
    return settled
  }

  private var cannotName: String { "cannot give '\(printable(display))' its name" }

  /// - Parameter give: gives a name, and returns false when it is taken.
  private func settle(
    _ ifExists: IfExists, _ give: (String) throws(ClientError) -> Bool
  ) throws(ClientError) -> String? {
    if try give(name) { return name }
    switch ifExists {
    case .skip: return nil
    case .fail, .replace: throw taken
    case .keepBoth:
      for number in 1..<NumberedName.most {
        guard let bytes = NumberedName.name(Array(name.utf8), number: number) else { throw taken }
        let other = String(decoding: bytes, as: UTF8.self)
        if try give(other) { return other }
      }
      throw taken
    }
  }

  /// Gives a part without a name its own.
  private func namePart(_ part: Descriptor) throws(ClientError) {
    for _ in 0..<8 {
      if try link(part, ifFree: partName) { return }
      try removeOldPart()
    }
    throw ClientError(.busy, "another command is fetching '\(printable(display))' at this moment")
  }

  /// Gives a part without a name this one.
  /// - Returns: false when the name is taken.
  private func link(_ part: Descriptor, ifFree new: String) throws(ClientError) -> Bool {
    if linkat(AT_FDCWD, Self.proc(part), folder.number, new, AT_SYMLINK_FOLLOW) == 0 { return true }
    let code = errno
    guard code == EEXIST else { throw ClientError.local(cannotName, errno: code) }
    return false
  }

  /// - Returns: false when the name is taken.
  private func renamePart(ifFree new: String) throws(ClientError) -> Bool {
    if clinux_rename_noreplace(folder.number, partName, folder.number, new) == 0 { return true }
    var code = errno
    switch code {
    case EEXIST: return false
    case EINVAL, ENOSYS: break
    default: throw ClientError.local(cannotName, errno: code)
    }
    // A file system without RENAME_NOREPLACE: a link is refused for a name that is taken, too.
    guard linkat(folder.number, partName, folder.number, new, 0) == 0 else {
      code = errno
      if code == EEXIST { return false }
      throw ClientError.local(cannotName, errno: code)
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
