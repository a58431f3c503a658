import Framing
import LandlineProtocol
import LandlineTransport
import NIOCore

/// The last answers to many small requests, in one write.
struct AnswerBatch {
  /// As much is gathered before it is sent.
  private static let most = 262_144
  /// A body above this many bytes is sent as it is, without a copy.
  private static let copyLimit = 32_768

  private struct Waiting {
    var id: UInt64
    var whenSent: () -> Void
  }

  private let session: LineSession
  private var bytes: [UInt8] = []
  /// Whose answers are in `bytes`.
  private var waiting: [Waiting] = []
  private var bodies = 0

  init(_ session: LineSession) {
    self.session = session
  }

  var isEmpty: Bool { waiting.isEmpty }

  /// Adds an answer.
  /// - Parameter whenSent: called when it has been handed to the line; not when the connection is gone before.
  /// - Throws: when the connection is gone: nobody is to be told anything more.
  mutating func add(
    _ id: UInt64, _ reply: Reply, body: ByteBuffer? = nil, whenSent: @escaping () -> Void = {}
  ) async throws {
    bytes += try AnswerSender.encode(id, reply, body: body?.readableBytes ?? 0)
    waiting.append(Waiting(id: id, whenSent: whenSent))
    if let body {
      bodies += body.readableBytes
      if body.readableBytes > Self.copyLimit { return try await send(body: body) }
      body.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
    }
    if bytes.count >= Self.most { try await flush() }
  }

  mutating func flush() async throws {
    if !isEmpty { try await send(body: nil) }
  }

  private mutating func send(body: ByteBuffer?) async throws {
    let sent = waiting
    var isReleased = false
    // Also when the connection ends behind the release.
    defer { if isReleased { session.answered(sent.count) } }
    try await session.line.send(head: bytes, body: body) {
      for answer in sent { session.release(answer.id, succeeded: true) }
      isReleased = true
    }
    session.traffic.sent(bodies)
    for answer in sent { answer.whenSent() }
    bytes = []
    waiting = []
    bodies = 0
  }
}
