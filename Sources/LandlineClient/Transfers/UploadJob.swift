import LandlineProtocol
import Synchronization

/// One file on its way in parts, over as many connections as it takes.
final class UploadJob: Sendable {
  struct State {
    var mayResume: Bool
    /// The hash of a file that the server may have: of a commit whose answer may have been lost, or of one whose name
    /// is taken there by as many bytes.
    var committed: Digest256?
    var committedSize: Int64 = 0
    /// The most that the server ever said it has kept.
    var kept: Int64 = 0
    /// How often what the server kept was not the beginning of this file.
    var disagreements = 0
    /// Whether bytes of a stream were read: they cannot be read again.
    var isConsumed = false
    /// Whether what has its name was looked at.
    var hasCompared = false
  }

  let index: Int
  let source: UploadSource
  /// For messages and results.
  let name: String
  let state: Mutex<State>

  init(index: Int, source: UploadSource, mayResume: Bool) {
    self.index = index
    self.source = source
    name = source.name
    state = Mutex(State(mayResume: mayResume))
  }
}

extension TransferOutcome {
  /// What the last answer to a put means.
  /// - Parameters:
  ///   - file: the local name, for messages and results.
  /// - Throws: when the server claims to have stored something else.
  init(_ reply: Reply, file: @autoclosure () -> String, size: Int64, digest: Digest256) throws(ClientError) {
    switch reply {
    case .stored(let answer):
      guard answer.sha256 == digest, answer.size == size else {
        throw ClientError(
          .mismatch,
          "the server says that it stored \(answer.size) bytes with SHA-256 \(answer.sha256), "
            + "but '\(printable(file()))' has \(size) and \(digest)")
      }
      self = .done(path: answer.path, file: file(), size: size, sha256: digest)
    case .skipped(let answer):
      self = .skipped(path: answer.path, file: file())
    default:
      throw ClientError.unexpected(reply, to: "'put'")
    }
  }
}
