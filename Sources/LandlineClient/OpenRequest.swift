public import LandlineProtocol
public import NIOCore

/// One request and the conversation that belongs to it; see ``Connection/withRequest(_:body:_:)``.
///
/// One task at a time takes answers; any task may send.
public struct OpenRequest: Sendable {
  /// Its number on this connection.
  public let id: UInt64
  let queue: AnswerQueue
  let connection: Connection

  /// A piece of what the server says.
  public enum Piece: Sendable {
    /// A head; `body` bytes follow in slices.
    case reply(Reply, body: Int)
    case slice(ByteBuffer)
  }

  /// The next piece.
  /// - Throws: `refused` when it is an error; `connectionLost`.
  public func next() async throws -> Piece {
    switch try await queue.next() {
    case .answer(let answer):
      if case .error(let error) = answer.reply { throw ClientError(error) }
      return .reply(answer.reply, body: answer.body)
    case .slice(let buffer): return .slice(buffer)
    }
  }

  /// The next head; slices before it are passed over.
  public func nextReply() async throws -> Reply {
    while true {
      if case .reply(let reply, _) = try await next() { return reply }
    }
  }

  /// The last answer and its body; what comes before is passed over.
  public func lastAnswer() async throws -> (reply: Reply, body: [UInt8]) {
    while true {
      guard case .reply(let reply, let length) = try await next(), reply.isLast else { continue }
      var body: [UInt8] = []
      body.reserveCapacity(length)
      while body.count < length {
        if case .slice(let buffer) = try await next() { body += buffer.readableBytesView }
      }
      return (reply, body)
    }
  }

  /// Sends a further message about this request.
  public func send(_ operation: Operation, body: ByteBuffer? = nil) async throws {
    try await connection.send(
      Request(id: id, operation, body: body?.readableBytes ?? 0), body: body)
  }

  /// Sends a message whose head is encoded already.
  func send(head: [UInt8], body: ByteBuffer) async throws {
    try await connection.send(head: head, body: body)
  }

  /// Makes whoever waits for an answer fail with `error` at once.
  func interrupt(_ error: ClientError) {
    queue.interrupt(error)
  }
}
