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
  private var hash = RunningHash()
  private(set) var position: Int64 = 0
  private var description: FileAnswer?
  private var what: String { target.cannotWrite }

  /// Opens or makes the part and takes its lock.
  /// - Throws: `busy` when another download of the same name is at work.
  init(
    _ target: LocalTarget, ifExists: IfExists, keepsWhatIsThere: Bool
  ) throws(ClientError) {
    self.target = target
    self.ifExists = ifExists
    file = try target.openPart(isEmpty: !keepsWhatIsThere)
  }

  /// Hashes what is there, so that the server can be asked for the rest.
  func hashPrefix(_ report: (Int64, Int64) -> Void) async throws {
    let name = printable(target.partName)
    let size = Int64(try file.status(toSay: "cannot read '\(name)'").st_size)
    let hasher = try await PrefixHash.compute(file, size, of: name) { report($0, size) }
    if let hasher {
      hash = RunningHash(hasher)
      position = size
    } else {
      try truncate()
    }
  }

  var digest: Digest256 { hash.digest }

  func begin(_ answer: FileAnswer) throws(ClientError) {
    description = answer
    if answer.offset == position { return }
    guard answer.offset == 0 else {
      throw ClientError(.badAnswer, "the server sends from where it was not asked to")
    }
    try truncate()
  }

  private func truncate() throws(ClientError) {
    try file.truncate(toSay: what)
    position = 0
    hash = RunningHash()
  }

  func write(_ slices: [ByteBuffer]) async throws(ClientError) {
    let count = slices.reduce(0) { $0 + $1.readableBytes }
    let hash = hash
    let outcome: Result<Void, ClientError>
    if count < RunningHash.worthAThread {
      hash.update(slices)
      outcome = append(slices)
    } else {
      async let hashed: Void = hash.update(slices)
      outcome = append(slices)
      await hashed
    }
    if case .failure = outcome {
      // A part whose hash this object no longer knows must not grow on.
      _ = ftruncate(file.number, off_t(position))
    }
    try outcome.get()
    position += Int64(count)
  }

  private func append(_ slices: [ByteBuffer]) -> Result<Void, ClientError> {
    Result { () throws(ClientError) in
      var offset = position
      for slice in slices {
        try file.writeAll(slice, at: offset, toSay: what)
        offset += Int64(slice.readableBytes)
      }
    }
  }

  func discard() {
    target.removePart(file)
  }

  func abandon() {
    if position == 0 || !target.keepsPart { discard() }
  }

  deinit {
    // Has a name only where there are no files without.
    if !target.keepsPart { discard() }
  }

  func complete() throws(ClientError) -> String? {
    if let description { try file.setAttributes(description, toSay: what) }
    try file.sync(toSay: what)
    guard let name = try target.settle(file, ifExists) else { return nil }
    try target.folder.sync(toSay: what)
    return target.path(of: name)
  }
}

extension RunningHash {
  fileprivate func update(_ slices: [ByteBuffer]) {
    for slice in slices { slice.withUnsafeReadableBytes { update($0) } }
  }
}

extension Descriptor {
  /// Gives a file the time and the execute permission that the server says it has.
  func setAttributes(_ answer: FileAnswer, toSay what: @autoclosure () -> String) throws(ClientError) {
    if answer.executable {
      // Executable for whoever may read it.
      let mode = try status(toSay: what()).st_mode & 0o777
      guard fchmod(number, mode | (mode & 0o444) >> 2) == 0 else {
        let code = errno
        throw ClientError.local(what(), errno: code)
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
    guard futimens(number, times) == 0 else {
      let code = errno
      throw ClientError.local(what(), errno: code)
    }
  }

  /// Writes all of `slice` at `offset`.
  func writeAll(
    _ slice: ByteBuffer, at offset: Int64, toSay what: @autoclosure () -> String
  ) throws(ClientError) {
    let code = slice.withUnsafeReadableBytes { write($0, at: offset) }
    guard code == 0 else { throw ClientError.local(what(), errno: code).advisingRoom(errno: code) }
  }

  /// - Returns: 0 or `errno`.
  private func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> Int32 {
    var done = 0
    while done < bytes.count {
      let count = pwrite(
        number, bytes.baseAddress.map { $0 + done }, bytes.count - done,
        off_t(offset) + off_t(done))
      if count > 0 {
        done += count
      } else if count == 0 {
        return ENOSPC
      } else if errno != EINTR {
        return errno
      }
    }
    return 0
  }
}
