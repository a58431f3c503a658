import LandlineProtocol
import Synchronization

/// What to send.
public enum UploadSource: Hashable, Sendable {
  /// A file of this machine.
  case file(String)
  /// What a descriptor gives until its end, of unknown length. It can be read once only, so a lost connection
  /// is an error.
  case stream(descriptor: Int32)

  /// For messages and results.
  public var name: String {
    switch self {
    case .file(let path): path
    case .stream: "-"
    }
  }
}

/// Where to.
public enum UploadDestination: Hashable, Sendable {
  /// Into this folder, under the files' own names; the empty path is the root.
  case folder(String)
  /// Under this name; into it, if the server has a folder of that name.
  case name(String)
}

extension LandlineClient {
  /// Sends files and returns when each is durably there, or has failed.
  ///
  /// Files up to 1 MiB go whole, up to 64 of them (and 8 MiB) on their way at the same time; larger ones in
  /// parts, resumable. One file's failure does not stop the others.
  /// - Returns: one outcome for each source, in their order.
  /// - Throws: when there is no connection to begin with, as ``withConnection(_:)``.
  @concurrent
  public func put(
    _ sources: [UploadSource], to destination: UploadDestination,
    options: TransferOptions = TransferOptions(), observer: TransferObserver = TransferObserver()
  ) async throws -> [TransferOutcome] {
    let session = UploadSession(
      client: self, sources: sources, destination: destination, options: options,
      observer: observer)
    return try await withTaskExecutorPreference(ClientRuntime.blocking) {
      try await session.run()
    }
  }
}

/// One file on its way, over as many connections as it takes.
final class UploadJob: Sendable {
  struct State {
    var ifExists: IfExists
    var mayResume: Bool
    /// Whether an answer to a put of the whole file may have been lost.
    var isRepeated = false
    /// The hash of a commit whose answer may have been lost.
    var committed: Digest256?
    var committedSize: Int64 = 0
    /// The most that the server ever said it has kept.
    var kept: Int64 = 0
    /// How often what the server kept was not the beginning of this file.
    var disagreements = 0
    /// Whether bytes of a stream were read: they cannot be read again.
    var isConsumed = false
    /// The error `exists`, while somebody is yet to be asked what to do.
    var taken: ClientError?
    var outcome: TransferOutcome?
  }

  let index: Int
  let source: UploadSource
  let state: Mutex<State>

  init(index: Int, source: UploadSource, options: TransferOptions) {
    self.index = index
    self.source = source
    state = Mutex(State(ifExists: options.ifExists, mayResume: options.resume))
  }

  var outcome: TransferOutcome? { state.withLock { $0.outcome } }
}
