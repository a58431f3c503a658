import Framing
import LandlineProtocol
import LandlineTransport
import NIOCore

/// Many small answers in one write.
struct AnswerBatch {
  /// As much is gathered before it is sent.
  private static let most = 262_144
  /// A body above this many bytes is sent as it is, without a copy.
  private static let copyLimit = 32_768

  private let sender: AnswerSender
  private var bytes: [UInt8] = []

  init(_ sender: AnswerSender) {
    self.sender = sender
  }

  /// Adds an answer. A connection that is gone has nobody to tell.
  mutating func add(_ id: UInt64, _ reply: Reply, body: ByteBuffer? = nil) async {
    let answer = Answer(id: id, reply, body: body?.readableBytes ?? 0)
    guard (try? MessageEncoder.encode(head: answer.head, into: &bytes)) != nil else { return }
    if let body {
      sender.traffic.sent(body.readableBytes)
      if body.readableBytes > Self.copyLimit {
        await send(body: body)
        return
      }
      body.withUnsafeReadableBytes { bytes.append(contentsOf: $0) }
    }
    if bytes.count >= Self.most { await flush() }
  }

  mutating func flush() async {
    if !bytes.isEmpty { await send(body: nil) }
  }

  private mutating func send(body: ByteBuffer?) async {
    try? await sender.line.send(head: bytes, body: body)
    bytes = []
  }
}
