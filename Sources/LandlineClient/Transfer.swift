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
}

/// How the transfer of one file ended.
public enum TransferOutcome: Hashable, Sendable {
  /// The file is there, whole, with this hash on both sides. `path` is its name on the server, `file` here.
  case done(path: String, file: String, size: Int64, sha256: Digest256)
  /// The name was taken, and nothing was moved.
  case skipped(path: String, file: String)
  case failed(ClientError)
}

/// Who wants to know how a transfer goes. Called from the tasks that do the work, so it must be quick.
///
/// Files are named by their index in the list that was given.
public struct TransferObserver: Sendable {
  public var event: @Sendable (_ index: Int, _ event: TransferEvent) -> Void
  public var finished: @Sendable (_ index: Int, _ outcome: TransferOutcome) -> Void
  /// The connection was lost and is made again.
  public var reconnecting: @Sendable (_ why: ClientError) -> Void

  public init(
    event: @escaping @Sendable (Int, TransferEvent) -> Void = { _, _ in },
    finished: @escaping @Sendable (Int, TransferOutcome) -> Void = { _, _ in },
    reconnecting: @escaping @Sendable (ClientError) -> Void = { _ in }
  ) {
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

  public init(ifExists: IfExists = .fail, resume: Bool = true) {
    self.ifExists = ifExists
    self.resume = resume
  }
}
