public import LandlineProtocol

/// A file that is here whole and is to be stored.
public struct NewFile: Sendable {
  public var path: RemotePath
  public var ifExists: IfExists
  /// The time of change it gets; nil: now.
  public var modified: FileTime?
  public var executable: Bool
  /// Its bytes, in order.
  public var content: any FileContent
  /// Whose it is to be; nil: nobody's.
  public var owner: FileOwner?

  public init(
    path: RemotePath, ifExists: IfExists, modified: FileTime?, executable: Bool, content: any FileContent,
    owner: FileOwner? = nil
  ) {
    self.owner = owner
    self.path = path
    self.ifExists = ifExists
    self.modified = modified
    self.executable = executable
    self.content = content
  }
}

/// Bytes in memory, in as many pieces as they came in.
public protocol FileContent: Sendable {
  /// Calls `body` with each piece in turn.
  func forEachPiece<Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure)
}

/// A file that was stored.
public struct StoredFile: Hashable, Sendable {
  /// The name it got.
  public var path: RemotePath
  public var status: EntryStatus

  public init(path: RemotePath, status: EntryStatus) {
    self.path = path
    self.status = status
  }
}
