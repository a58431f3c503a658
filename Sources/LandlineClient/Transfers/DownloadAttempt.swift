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
        switch try await open.next() {
        case .slice(let slice):
          try await sink.write(slice)
          try await limit?.pass(slice.readableBytes)
          progress.advance(by: Int64(slice.readableBytes))
          ledger.event(index, .moved(done: sink.position, total: size))
        case .reply(.data, _):
          break
        case .reply(.working(let answer), _):
          ledger.event(index, .working(done: answer.done, total: answer.total))
        case .reply(.file(let answer), _):
          size = answer.size
          try sink.begin(answer)
          if sink.position > 0 {
            ledger.event(index, .resuming(offset: sink.position, total: size))
          }
        case .reply(.end(let answer), _):
          try check(sink, size: size, against: answer.sha256)
          return (size, answer.sha256)
        case .reply(let reply, _):
          throw ClientError.unexpected(reply, to: "'get'")
        }
      }
    }
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
