public import LandlineProtocol

/// The SHA-256 recorded for a file, and the version of the file that it was computed from.
public struct RecordedHash: Hashable, Sendable {
  public var version: FileVersion
  public var digest: Digest256

  public init(version: FileVersion, digest: Digest256) {
    self.version = version
    self.digest = digest
  }
}

/// Keeps the SHA-256 of files by path (bytes, not strings).
///
/// It may lose what it was told last when the machine (not the process) dies: a hash can be computed again.
public protocol HashStore: Sendable {
  func hash(of path: RemotePath) async throws -> RecordedHash?
  /// The same for many files, in their order.
  func hashes(of paths: [RemotePath]) async throws -> [RecordedHash?]
  func record(_ hash: RecordedHash, for path: RemotePath) async throws
  /// The same for several at once.
  func record(_ hashes: [(path: RemotePath, hash: RecordedHash)]) async throws
  /// Forgets the path and everything under it.
  func forget(_ path: RemotePath) async throws
  /// Records what is in a folder as being in another one, for files that went along when their folder was moved, and
  /// are unchanged otherwise.
  /// - Parameter limit: how many records at most.
  /// - Returns: whether there may be more.
  func moveContents(of folder: RemotePath, to target: RemotePath, limit: Int) async throws -> Bool
}
