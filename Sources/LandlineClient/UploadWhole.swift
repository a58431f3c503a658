import Glibc
import LandlineProtocol
import NIOCore
import Synchronization

/// A file of at most 1 MiB in one message (docs/PROTOCOL.md section 6, "Whole").
struct UploadWhole: Sendable {
  let job: UploadJob
  let path: String
  let connection: Connection

  /// The bytes of a source that can travel whole; nil for one that cannot.
  ///
  /// 0 for what cannot be read: to find the words for that is left to who opens it.
  static func size(of source: UploadSource) -> Int64? {
    guard case .file(let path) = source else { return nil }
    var status = stat()
    guard stat(path, &status) == 0, status.isRegularFile else { return 0 }
    return status.st_size <= LineProtocol.maximumWhole ? Int64(status.st_size) : nil
  }

  func run() async throws -> TransferOutcome {
    let file = try LocalSource(job.source.name)
    guard file.size <= LineProtocol.maximumWhole else {
      throw ClientError(
        .changed,
        "'\(printable(file.path))' grew while it was read, so nothing was stored; "
          + "send it again when it is complete")
    }
    var body = ByteBufferAllocator().buffer(capacity: Int(file.size))
    try file.read(into: &body, count: Int(file.size), at: 0)
    try file.checkUnchanged()
    let digest = Digest256(hashing: body.readableBytesView)

    var request = PutRequest(path: path)
    request.size = file.size
    request.setModified(file.modified)
    request.executable = file.isExecutable ? true : nil
    request.sha256 = digest
    job.state.withLock { state in
      request.ifExists = state.ifExists == .fail ? nil : state.ifExists.rawValue
      request.again = state.isRepeated ? true : nil
      // Whatever comes now, the server may have got it.
      state.isRepeated = true
    }
    let reply = try await connection.request(
      .put(request), body: file.size > 0 ? body : nil
    ).reply
    return try job.outcome(of: reply, size: file.size, digest: digest)
  }
}

extension UploadJob {
  /// What the last answer to a put means.
  /// - Throws: when the server claims to have stored something else.
  func outcome(of reply: Reply, size: Int64, digest: Digest256) throws -> TransferOutcome {
    switch reply {
    case .stored(let answer):
      guard answer.sha256 == digest, answer.size == size else {
        throw ClientError(
          .mismatch,
          "the server says that it stored \(answer.size) bytes with SHA-256 \(answer.sha256), "
            + "but '\(printable(source.name))' has \(size) and \(digest)")
      }
      return .done(path: answer.path, file: source.name, size: size, sha256: digest)
    case .skipped(let answer):
      return .skipped(path: answer.path, file: source.name)
    default:
      throw ClientError.unexpected(reply, to: "'put'")
    }
  }
}
