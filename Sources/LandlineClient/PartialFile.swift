import Crypto
import Glibc
import LandlineProtocol
import NIOCore

/// A download's bytes so far, beside their destination, kept when the transfer is cut off.
///
/// No note is kept of what it is a part of: the server compares the hash of its bytes with the beginning of the
/// file that is asked for, and that says more.
final class PartialFile: DownloadSink {
  private let target: LocalTarget
  private let ifExists: IfExists
  private let file: Descriptor
  private var hasher = SHA256()
  private(set) var position: Int64 = 0
  private var description: FileAnswer?
  private var what: String { "cannot write '\(printable(target.display))'" }

  /// Opens or makes the part and takes its lock.
  /// - Throws: `busy` when another download of the same name is at work.
  init(
    _ target: LocalTarget, ifExists: IfExists, keepsWhatIsThere: Bool
  ) throws(ClientError) {
    self.target = target
    self.ifExists = ifExists
    file = try Self.openLocked(target)
    let status = try file.status(toSay: "cannot read '\(printable(target.partName))'")
    guard status.isRegularFile else {
      throw ClientError(
        .localFile, "'\(printable(target.partName))' is in the way: it is not a file; remove it")
    }
    if !keepsWhatIsThere { try truncate() }
  }

  private static func openLocked(_ target: LocalTarget) throws(ClientError) -> Descriptor {
    let what = "cannot write '\(printable(target.display))'"
    while true {
      let file = try Descriptor.open(
        target.partName, in: target.folder, flags: O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK,
        mode: 0o666, toSay: what)
      guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
        if errno == EINTR { continue }
        guard errno == EWOULDBLOCK else { throw ClientError.local(what, errno: errno) }
        throw ClientError(
          .busy, "another command is fetching '\(printable(target.display))' at this moment")
      }
      // The one before us may have given the file its final name between our open and our lock.
      let mine = try file.status(toSay: what)
      var named = stat()
      if fstatat(target.folder.number, target.partName, &named, AT_SYMLINK_NOFOLLOW) == 0,
        named.st_ino == mine.st_ino, named.st_dev == mine.st_dev
      {
        return file
      }
    }
  }

  /// Hashes what is there, so that the server can be asked for the rest.
  func hashPrefix(_ report: (Int64, Int64) -> Void) async throws {
    let name = printable(target.partName)
    let size = Int64(try file.status(toSay: "cannot read '\(name)'").st_size)
    let hasher = try await PrefixHash.compute(file, size, of: name) { report($0, size) }
    if let hasher {
      self.hasher = hasher
      position = size
    } else {
      try truncate()
    }
  }

  var digest: Digest256 { hasher.current }

  func begin(_ answer: FileAnswer) throws(ClientError) {
    description = answer
    if answer.offset == position { return }
    guard answer.offset == 0 else {
      throw ClientError(.badAnswer, "the server sends from where it was not asked to")
    }
    try truncate()
  }

  private func truncate() throws(ClientError) {
    guard ftruncate(file.number, 0) == 0 else { throw ClientError.local(what, errno: errno) }
    position = 0
    hasher = SHA256()
  }

  func write(_ slice: ByteBuffer) throws(ClientError) {
    hasher.update(slice)
    var outcome: Result<Void, ClientError> = .success(())
    slice.withUnsafeReadableBytes { bytes in
      do throws(ClientError) {
        try file.writeAll(bytes, at: position, toSay: what)
      } catch {
        outcome = .failure(error)
      }
    }
    if case .failure(let error) = outcome {
      // A part whose hash this object no longer knows must not grow on.
      _ = ftruncate(file.number, off_t(position))
      throw error
    }
    position += Int64(slice.readableBytes)
  }

  func discard() {
    unlinkat(target.folder.number, target.partName, 0)
  }

  func abandon() {
    if position == 0 { discard() }
  }

  func complete() throws(ClientError) -> String? {
    if let description { try setAttributes(description) }
    try file.sync(toSay: what)
    guard let name = try target.settle(ifExists) else { return nil }
    try target.folder.sync(toSay: what)
    return target.path(of: name)
  }

  private func setAttributes(_ answer: FileAnswer) throws(ClientError) {
    if answer.executable {
      // Executable for whoever may read it.
      let mode = try file.status(toSay: what).st_mode & 0o777
      guard fchmod(file.number, mode | (mode & 0o444) >> 2) == 0 else {
        throw ClientError.local(what, errno: errno)
      }
    }
    let modified: FileTime?
    do throws(LineError) {
      modified = try answer.modified()
    } catch {
      throw ClientError(.badAnswer, "the server sent an impossible time: \(error.message)")
    }
    guard let modified else { return }
    let times = [
      // UTIME_NOW (man 2 utimensat), which Swift does not import.
      timespec(tv_sec: 0, tv_nsec: 0x3FFF_FFFF),
      timespec(tv_sec: Int(modified.seconds), tv_nsec: Int(modified.nanoseconds)),
    ]
    guard futimens(file.number, times) == 0 else { throw ClientError.local(what, errno: errno) }
  }
}

extension Descriptor {
  /// Writes all of `bytes` at `offset`.
  func writeAll(
    _ bytes: UnsafeRawBufferPointer, at offset: Int64, toSay what: String
  ) throws(ClientError) {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        number, bytes.baseAddress.map { $0 + done }, bytes.count - done,
        off_t(offset) + off_t(done))
      if count > 0 {
        done += count
      } else if count == 0 || errno != EINTR {
        let code = count == 0 ? ENOSPC : errno
        throw ClientError.local(what, errno: code).advisingRoom(errno: code)
      }
    }
  }
}
