import CLinux
import Glibc
import LandlineProtocol
import LandlineServices
import Synchronization

/// `DATA/landline/partial`: the uploads that are not finished, running ones and kept ones.
///
/// The data folder's lock makes this process the only one here, so the list in memory is the truth,
/// and no upload costs a look through the folder.
final class UploadFolder: Sendable {
  /// The most that is kept for one account, and how long (docs/PROTOCOL.md sections 6 and 7).
  static let mostKept = 64
  static let secondsKept: Int64 = 7 * 24 * 60 * 60

  private struct State {
    /// Those that somebody has open: never dropped to make room, never opened twice.
    var open: Set<UploadName> = []
    /// Those that nobody has open, with the time of their last byte.
    var kept: [Int64: [UploadName: FileTime]] = [:]
  }

  private let data: DataFolder
  private let tree: Tree
  private let state = Mutex(State())

  init(data: DataFolder, tree: Tree) {
    self.data = data
    self.tree = tree
  }

  /// - Parameter size: bytes that it will have at its end; nil when nobody knows.
  /// - Parameter quota: the most bytes that the account may have; nil: no bound.
  func open(_ key: UploadKey, keepingOld: Bool, size: Int64?, quota: Int64?) throws(LineError) -> DiskUpload {
    let name = UploadName(key)
    return try state.withLock { state throws(LineError) in
      guard !state.open.contains(name) else {
        throw LineError(.superseded, "this upload still runs on another connection")
      }
      if !keepingOld { try unlink(name) }
      let kept = keptSize(name)
      let owner = name.owner.map { FileOwner(account: $0, quota: quota) }
      let reservation = try tree.space.reserve(max((size ?? 0) - kept, 0), for: owner)
      let file = try openFile(name)
      var status = stat()
      guard fstat(file.raw, &status) == 0 else { throw failure("look at an upload") }
      try tree.mark(file, owner, at: "an upload")
      state.kept[name.account]?[name] = nil
      state.open.insert(name)
      return DiskUpload(
        file, size: Int64(status.st_size), reservation: reservation, name: name, data: data, tree: tree,
        uploads: self)
    }
  }

  /// Notes that an open upload is not open any more.
  /// - Parameter lastByte: when it got its last byte, if it is kept; nil when it is gone.
  func letGo(_ name: UploadName, keptSince lastByte: FileTime?) {
    state.withLock { state in
      state.open.remove(name)
      guard let lastByte else { return }
      state.kept[name.account, default: [:]][name] = lastByte
      trim(&state, account: name.account)
    }
  }

  /// Drops all uploads of an account, even open ones: the account is being removed.
  func drop(account: Int64) throws(LineError) {
    try state.withLock { state throws(LineError) in
      for name in state.open where name.account == account { try unlink(name) }
      for name in (state.kept[account] ?? [:]).keys { try unlink(name) }
      state.kept[account] = nil
    }
  }

  /// Reads the folder anew and drops what is too old or too much.
  /// - Parameter now: seconds since 1970; nil: only what is too much.
  func sweep(now: Int64?) throws(LineError) {
    try state.withLock { state throws(LineError) in
      var kept: [Int64: [UploadName: FileTime]] = [:]
      for (name, lastByte) in try scan() where !state.open.contains(name) {
        if let now, lastByte.seconds <= now - Self.secondsKept {
          try unlink(name)
        } else {
          kept[name.account, default: [:]][name] = lastByte
        }
      }
      state.kept = kept
      for account in kept.keys { trim(&state, account: account) }
    }
  }

  private func trim(_ state: inout State, account: Int64) {
    while let kept = state.kept[account], kept.count > Self.mostKept,
      let oldest = kept.min(by: { $0.value < $1.value })?.key
    {
      // What cannot be removed now is found again by the next sweep.
      try? unlink(oldest)
      state.kept[account]?[oldest] = nil
    }
    if state.kept[account]?.isEmpty == true { state.kept[account] = nil }
  }

  private func scan() throws(LineError) -> [(UploadName, FileTime)] {
    let raw = clinux_openat(data.partial.raw, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard raw >= 0, let stream = DirectoryStream(Descriptor(owning: raw)) else {
      throw failure("read the folder of kept uploads")
    }
    var names: [UploadName] = []
    let code = stream.forEachName { bytes in
      if let name = UploadName(String(decoding: bytes, as: UTF8.self)) { names.append(name) }
    }
    guard code == 0 else { throw failure("read the folder of kept uploads", code) }
    return names.compactMap { name in
      var status = stat()
      guard fstatat(data.partial.raw, name.text, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
        return nil
      }
      return (name, FileTime(status.st_mtim))
    }
  }

  private func openFile(_ name: UploadName) throws(LineError) -> Descriptor {
    let flags = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    var raw = retrying { clinux_openat(data.partial.raw, name.text, flags, 0) }
    if raw >= 0 {
      let file = Descriptor(owning: raw)
      var status = stat()
      guard fstat(file.raw, &status) == 0 else { throw failure("look at a kept upload") }
      // A second name: the server died between linking it into the tree and unlinking it here
      // (`DiskUpload.link`). It is a file of the tree, and not to be written to.
      if status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 {
        try lock(file)
        return file
      }
      try unlink(name)
    } else if errno != ENOENT {
      throw failure("open a kept upload")
    }
    raw = retrying { clinux_openat(data.partial.raw, name.text, flags | O_CREAT | O_EXCL, 0o600) }
    guard raw >= 0 else { throw failure("begin an upload") }
    let file = Descriptor(owning: raw)
    try lock(file)
    return file
  }

  /// For programs outside that look at the folder; within the server the list above decides.
  private func lock(_ file: borrowing Descriptor) throws(LineError) {
    guard retrying({ flock(file.raw, LOCK_EX | LOCK_NB) }) == 0 else {
      guard errno == EWOULDBLOCK else { throw failure("lock an upload") }
      throw LineError(.superseded, "this upload is in use by another program")
    }
  }

  func unlink(_ name: UploadName) throws(LineError) {
    let size = tree.space.usage == nil && !tree.space.accounts.isActive ? 0 : keptSize(name)
    guard unlinkat(data.partial.raw, name.text, 0) == 0 || errno == ENOENT else {
      throw failure("drop a kept upload")
    }
    tree.space.removed(size, of: name.owner)
  }

  /// How many bytes there are of an upload.
  private func keptSize(_ name: UploadName) -> Int64 {
    var status = stat()
    guard fstatat(data.partial.raw, name.text, &status, AT_SYMLINK_NOFOLLOW) == 0, status.st_nlink == 1 else {
      return 0
    }
    return Int64(status.st_size)
  }

  private func failure(_ action: String, _ code: Int32 = errno) -> LineError {
    switch code {
    case ENOSPC, EDQUOT: LineError(.noSpace, "the server's disk is full")
    default: LineError(.internal, "cannot \(action): \(text(ofErrno: code))")
    }
  }
}
