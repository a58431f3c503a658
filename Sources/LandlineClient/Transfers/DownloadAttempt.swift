import LandlineProtocol
import NIOCore

/// One get (docs/PROTOCOL.md section 6) on one connection.
///
/// This task writes and hashes, on a thread that may wait; the network goes on meanwhile, as far as the bounded
/// queue between them reaches.
struct DownloadAttempt {
  let index: Int
  let path: String
  let connection: Connection
  let ledger: TransferLedger
  let progress: Reconnecting.Progress
  let limit: RateLimit?

  /// Fetches what `sink` does not have yet.
  /// - Returns: size and hash of the whole file, which are the server's as well.
  func run(_ sink: any DownloadSink) async throws -> (Int64, Digest256) {
    let start = sink.position
    let request = GetRequest(path: path, offset: start, prefixSha256: start > 0 ? sink.digest : nil)
    return try await connection.withRequest(.get(request)) { open in
      var size: Int64 = 0
      while true {
        // All that is here in one go: to be woken for each slice costs more than the write.
        var slices: [ByteBuffer] = []
        for item in try await open.queue.all(atLeast: 1) {
          guard case .answer(let answer) = item else {
            if case .slice(let slice) = item { slices.append(slice) }
            continue
          }
          try await write(&slices, to: sink, of: size)
          switch answer.reply {
          case .data:
            break
          case .working(let answer):
            ledger.event(index, .working(done: answer.done, total: answer.total))
          case .file(let answer):
            size = answer.size
            try sink.begin(answer)
            if sink.position > 0, sink.position < size {
              ledger.event(index, .resuming(offset: sink.position, total: size))
            }
          case .end(let answer):
            try check(sink, size: size, against: answer.sha256)
            return (size, answer.sha256)
          case .error(let error):
            throw ClientError(error)
          case let reply:
            throw ClientError.unexpected(reply, to: "'get'")
          }
        }
        try await write(&slices, to: sink, of: size)
      }
    }
  }

  private func write(_ slices: inout [ByteBuffer], to sink: any DownloadSink, of size: Int64) async throws {
    guard !slices.isEmpty else { return }
    let count = slices.reduce(0) { $0 + $1.readableBytes }
    try await sink.write(slices)
    slices = []
    try await limit?.pass(count)
    progress.advance(by: Int64(count))
    ledger.event(index, .moved(done: sink.position, total: size))
  }

  private func check(_ sink: any DownloadSink, size: Int64, against sha256: Digest256) throws {
    guard sink.position == size, sink.digest == sha256 else {
      let found = sink.digest
      let arrived = sink.position
      sink.discard()
      throw ClientError.mismatch(path, arrived: arrived, of: size, found: found, expected: sha256)
    }
  }
}
