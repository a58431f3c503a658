public import LandlineProtocol

/// The SHA-256 recorded for a file, and the version of the file that it was computed from.
public struct RecordedHash: Hashable, Sendable {
  public var version: FileVersion
  public var digest: Digest256

  public init(version: FileVersion, digest: Digest256) {
    self.version = version
    self.digest = digest
  }

  /// Whether a file of this version has the size and the time of its last change that the recorded one had: then nobody
  /// has changed it, and other bytes in it are damage. A file that was put back from a copy has a new inode and a new
  /// change time, and with some tools a time of its last change that is cut to whole seconds.
  public func isOfSameContent(as version: FileVersion) -> Bool {
    let (then, now) = (self.version.modified, version.modified)
    return version.size == self.version.size && now.seconds == then.seconds
      && (now.nanoseconds == then.nanoseconds || now.nanoseconds == 0)
  }
}

/// Keeps the SHA-256 of files by path (bytes, not strings).
///
/// It may lose what it was told last when the machine (not the process) dies: a hash can be computed again.
public protocol HashStore: Sendable {
  func hash(of path: RemotePath) async throws -> RecordedHash?
  /// The same for many files, in their order.
  func hashes(of paths: [RemotePath]) async throws -> [RecordedHash?]
  /// What is on record for a path, also where the times of its file are too coarse to say that it is that file's still.
  func witness(of path: RemotePath) async throws -> RecordedHash?
  /// Records what was stored, or what is to count from now on.
  func record(_ hash: RecordedHash, for path: RemotePath) async throws
  /// Records what was computed from a file as it lies there. Where that is damaged by what is on record, the record stays:
  /// it is the only witness of what was stored.
  func observe(_ hash: RecordedHash, for path: RemotePath) async throws
  /// `record` for several at once.
  func record(_ hashes: [(path: RemotePath, hash: RecordedHash)]) async throws
  /// A moment, for those who change names: what is on record by then may be of files that had the names before.
  func moment() -> FileTime
  /// Forgets the path and everything under it.
  /// - Parameter moment: only what was recorded before; nil: all.
  func forget(_ path: RemotePath, recordedBefore moment: FileTime?) async throws
  /// Records what is in a folder as being in another one, for files that went along when their folder was moved, and
  /// are unchanged otherwise. What the other one has on record since then stays.
  /// - Parameters:
  ///   - moment: before the folder was moved; what was recorded later is of files that got the old names since, and stays.
  ///   - limit: how many records at most.
  /// - Returns: whether there may be more.
  func moveContents(
    of folder: RemotePath, to target: RemotePath, recordedBefore moment: FileTime, limit: Int
  ) async throws -> Bool
}

extension HashStore {
  /// Forgets the path and everything under it.
  public func forget(_ path: RemotePath) async throws {
    try await forget(path, recordedBefore: nil)
  }
}
