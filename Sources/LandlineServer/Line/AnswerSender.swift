import Framing
import LandlineProtocol
import LandlineTransport
import NIOCore

/// Answers on one connection, from any task.
struct AnswerSender: Sendable {
  let line: LineChannel
  let traffic: Traffic

  /// - Parameters:
  ///   - body: as many bytes as it has are announced.
  ///   - whenThereIsRoom: called just before it can reach the client.
  func send(
    _ id: UInt64?, _ reply: Reply, body: ByteBuffer? = nil, whenThereIsRoom: () -> Void = {}
  ) async throws {
    let count = body?.readableBytes ?? 0
    let bytes = try Self.encode(id, reply, body: count)
    try await line.send(head: bytes, body: body, whenThereIsRoom: whenThereIsRoom)
    traffic.sent(count)
  }

  /// Length prefix and head of an answer.
  static func encode(_ id: UInt64?, _ reply: Reply, body: Int = 0) throws -> [UInt8] {
    var bytes: [UInt8] = []
    try MessageEncoder.encode(head: Answer(id: id, reply, body: body).head, into: &bytes)
    return bytes
  }

  /// The last message of the connection; it does not wait for room.
  func sendLast(_ reply: Reply) {
    var bytes: [UInt8] = []
    guard (try? MessageEncoder.encode(head: JSON.encode(Answer(id: nil, reply)), into: &bytes)) != nil else { return }
    line.sendLast(head: bytes)
  }

  /// A body message, whose head is always the same but for two numbers.
  func sendData(_ id: UInt64, _ body: ByteBuffer) async throws {
    var bytes: [UInt8] = []
    let head = "{\"body\":\(body.readableBytes),\"id\":\(id),\"type\":\"data\"}"
    try MessageEncoder.encode(head: Array(head.utf8), into: &bytes)
    try await line.send(head: bytes, body: body)
    traffic.sent(body.readableBytes)
  }
}

/// Says now and then that a long request is alive (docs/PROTOCOL.md section 3).
final class Heartbeat {
  private static let interval = Duration.seconds(2)

  private let sender: AnswerSender
  private let id: UInt64
  private var last = ContinuousClock.now

  init(_ sender: AnswerSender, id: UInt64) {
    self.sender = sender
    self.id = id
  }

  func beat(done: Int64, total: Int64) async throws {
    let now = ContinuousClock.now
    guard now - last >= Self.interval else { return }
    last = now
    try await sender.send(id, .working(WorkingAnswer(done: done, total: total)))
  }
}
