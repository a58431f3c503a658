public import LandlineProtocol

/// What happens to one file of a transfer while it runs.
public enum TransferEvent: Hashable, Sendable {
  /// This side reads what it has, to prove that both mean the same file. Bytes.
  case hashing(done: Int64, total: Int64)
  /// The other side, or this one, has kept `offset` bytes, and the transfer goes on from there.
  case resuming(offset: Int64, total: Int64)
  /// Bytes that are through; the total is nil for a stream.
  case moved(done: Int64, total: Int64?)
  /// The server is at work on its own: hashing what it kept, say. Bytes.
  case working(done: Int64, total: Int64)
  /// The name is taken, so nothing of what was sent is kept; what is to become of it is asked now.
  case refused
}

/// How the transfer of one file ended.
public enum TransferOutcome: Hashable, Sendable {
  /// The file is there, whole, with this hash on both sides. `path` is its name on the server, `file` here.
  case done(path: String, file: String, size: Int64, sha256: Digest256)
  /// The folder is there; `isNew` unless it was before.
  case made(path: String, file: String, isNew: Bool)
  /// The name was taken, and nothing was moved.
  case skipped(path: String, file: String)
  case failed(ClientError)
}

/// How many files of a transfer ended in which way.
public struct TransferSummary: Hashable, Sendable {
  /// Files that are there now.
  public var done = 0
  /// Their bytes, whether they were moved now or by an earlier attempt.
  public var bytes: Int64 = 0
  /// Folders that were made.
  public var made = 0
  public var skipped = 0
  public var failed = 0

  public init() {}

  mutating func count(_ outcome: TransferOutcome) {
    switch outcome {
    case .done(_, _, let size, _):
      done += 1
      bytes = bytes.addingSaturated(size)
    case .made(_, _, let isNew): made += isNew ? 1 : 0
    case .skipped: skipped += 1
    case .failed: failed += 1
    }
  }
}

/// Who wants to know how a transfer goes. Called from the tasks that do the work, several at a time, so it must be quick.
///
/// Files are named by their index in the list that was given. Each is finished once. Small ones have no events
/// between their beginning and their end, unless the rate is limited.
public struct TransferObserver: Sendable {
  /// A file's turn has come; the size is nil where it is not known yet. After a lost connection it may come again.
  public var began: @Sendable (_ index: Int, _ size: Int64?) -> Void
  public var event: @Sendable (_ index: Int, _ event: TransferEvent) -> Void
  public var finished: @Sendable (_ index: Int, _ outcome: TransferOutcome) -> Void
  /// A connection was lost and is made again.
  public var reconnecting: @Sendable (_ why: ClientError) -> Void

  public init(
    began: @escaping @Sendable (Int, Int64?) -> Void = { _, _ in },
    event: @escaping @Sendable (Int, TransferEvent) -> Void = { _, _ in },
    finished: @escaping @Sendable (Int, TransferOutcome) -> Void = { _, _ in },
    reconnecting: @escaping @Sendable (ClientError) -> Void = { _ in }
  ) {
    self.began = began
    self.event = event
    self.finished = finished
    self.reconnecting = reconnecting
  }
}

/// How files are to be transferred.
public struct TransferOptions: Sendable {
  public var ifExists = IfExists.fail
  /// Whether both sides keep what has arrived when the transfer is cut off, and go on from what was kept.
  public var resume = true
  /// Asked for each name that is taken while `ifExists` is `fail`; `fail` as the answer stays an error.
  public var ask: (@Sendable (_ name: String) async -> IfExists)?
  /// How many files above 1 MiB may be on their way at the same time, each on a connection of its own. 1 to 64.
  public var jobs = 4
  /// The most bytes of content a second that all connections of the transfer move together; nil: as many as there can be.
  public var rateLimit: Int64?
  /// Whether a download makes the folder it is for, with those above it, when it is missing.
  public var makesDestination = false

  public init(ifExists: IfExists = .fail, resume: Bool = true) {
    self.ifExists = ifExists
    self.resume = resume
  }
}
