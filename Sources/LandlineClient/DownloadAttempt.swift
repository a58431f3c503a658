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
  let observer: TransferObserver
  let progress: Reconnecting.Progress

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
          try sink.write(slice)
          progress.advance(by: Int64(slice.readableBytes))
          observer.event(index, .moved(done: sink.position, total: size))
        case .reply(.data, _):
          break
        case .reply(.working(let answer), _):
          observer.event(index, .working(done: answer.done, total: answer.total))
        case .reply(.file(let answer), _):
          size = answer.size
          try sink.begin(answer)
          if sink.position > 0 {
            observer.event(index, .resuming(offset: sink.position, total: size))
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
      throw ClientError(
        .mismatch,
        "what arrived of '\(printable(path))' is not what the server has: \(arrived) of \(size) "
          + "bytes, SHA-256 \(found) and not \(sha256). Nothing was kept; fetch it again")
    }
  }
}
