/// Which way a sync goes.
public enum SyncDirection: Hashable, Sendable {
  /// From a local folder to a folder of the server.
  case up
  /// From a folder of the server to a local folder.
  case down
}

/// What a sync is to do beyond the usual.
public struct SyncOptions: Sendable {
  /// Compare files of the same size by their SHA-256 instead of their time of change.
  public var checksum = false
  /// Remove at the destination what the source does not have.
  public var delete = false
  /// Take what symbolic links of a local source lead to.
  public var followLinks = false
  /// As for ``LandlineClient/put(_:to:options:observer:)``.
  public var jobs = 4
  /// Bytes a second; as for ``LandlineClient/put(_:to:options:observer:)``.
  public var rateLimit: Int64?

  public init() {}
}

/// What a sync would do, and what ``LandlineClient/sync(_:options:observer:)`` then does.
///
/// Numbers are those of entries of one of the two trees.
public struct SyncPlan: Sendable {
  /// A name that is a file on one side and a folder (or neither) on the other, and is left alone with all below it.
  public struct Conflict: Hashable, Sendable {
    /// In the source.
    public var index: Int
    /// Why, in words, to stand behind the path.
    public var reason: String
  }

  public let direction: SyncDirection
  public let source: FileTree
  /// Empty where there is nothing yet.
  public let destination: FileTree

  /// Of the source: files that are new or different, and new folders that nothing is in (the others are made on the way).
  public internal(set) var transfers: [Int32] = []
  /// Of the destination: what is in the way of something of the source, and goes first. Only when deleting was asked for.
  public internal(set) var obstacles: [Int32] = []
  /// Of the destination: what the source does not have; of a folder only itself, for all below it goes too. Last.
  public internal(set) var deletions: [Int32] = []
  /// Of the destination: what would be deleted if the source could have it at all; its name cannot travel.
  public internal(set) var kept: [Int32] = []
  public internal(set) var conflicts: [Conflict] = []
  /// Files that are the same on both sides.
  public internal(set) var unchanged = 0
  /// Of the files in `transfers`.
  public internal(set) var bytes: Int64 = 0
  /// Whether deleting was asked for and is not done, because something of the source could not be looked at: it may
  /// be there all the same.
  public internal(set) var isDeletionHeldBack = false
  /// Whether the destination folder itself is yet to be made.
  public internal(set) var makesDestination = false

  init(_ direction: SyncDirection, source: FileTree, destination: FileTree) {
    self.direction = direction
    self.source = source
    self.destination = destination
  }

  /// Whether the destination folder is to be made, and nothing goes into it.
  public var makesEmptyDestination: Bool { makesDestination && transfers.isEmpty }

  /// Whether there is nothing to do.
  public var isEmpty: Bool {
    transfers.isEmpty && obstacles.isEmpty && deletions.isEmpty && !makesDestination
  }
}
