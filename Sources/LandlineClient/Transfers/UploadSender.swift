import Crypto
import LandlineProtocol
import NIOCore
import Synchronization

/// The part of an upload that reads, hashes and sends; each byte of the file is read once.
struct UploadSender: Sendable {
  /// Large enough that the cost of a message vanishes, small enough that several fit into a processor's cache.
  static let pieceSize = 524_288
  /// What may be on its way: `LineChannel` holds a sender at 1 MiB, TLS and the kernel keep copies.
  private static let piecesOnTheWay = 4
  /// The server ends an upload of which it hears nothing for 120 s; an empty message says that we live.
  static let keepAlive = Duration.seconds(30)

  let job: UploadJob
  let input: UploadInput
  let request: OpenRequest
  let ledger: TransferLedger
  let limit: RateLimit?

  /// Sends everything from `offset`, then the commit.
  /// - Parameter hasher: has seen the first `offset` bytes.
  func run(from offset: Int64, _ hasher: SHA256) async throws {
    var hasher = hasher
    var position = offset
    let pieceSize = limit?.piece ?? Self.pieceSize
    var ring = BufferRing(count: Self.piecesOnTheWay, size: pieceSize)
    var head = DataHead(request.id)
    var lastSent = ContinuousClock.now
    if case .stream = input { job.state.withLock { $0.isConsumed = true } }
    while true {
      try Task.checkCancellation()
      var piece = UploadInput.Piece.end
      let buffer = try ring.next { buffer throws(ClientError) in
        piece = try input.read(into: &buffer, count: pieceSize, at: position)
      }
      if piece == .end { break }
      guard piece == .bytes else {
        if .now - lastSent > Self.keepAlive {
          try await request.send(.data)
          lastSent = .now
        }
        continue
      }
      hasher.update(buffer)
      try await limit?.pass(buffer.readableBytes)
      try await request.send(head: head.encoded(for: buffer.readableBytes), body: buffer)
      lastSent = .now
      position += Int64(buffer.readableBytes)
      ledger.event(job.index, .moved(done: position, total: input.size))
    }
    if case .file(let file) = input { try file.checkUnchanged() }
    let digest = hasher.current
    let size = position
    job.state.withLock { state in
      state.committed = digest
      state.committedSize = size
    }
    try await request.send(.commit(CommitRequest(sha256: digest)))
  }
}

/// The head of a `data` message; all but the last piece of a file have the same.
private struct DataHead {
  private let id: UInt64
  private var bodyLength = -1
  private var bytes: [UInt8] = []

  init(_ id: UInt64) {
    self.id = id
  }

  mutating func encoded(for length: Int) throws(ClientError) -> [UInt8] {
    if length != bodyLength {
      bytes = try MessageHead.encode(Request(id: id, .data, body: length))
      bodyLength = length
    }
    return bytes
  }
}
