import LandlineProtocol
import LandlineTransport
import NIOCore
import Synchronization

/// The answers to one request.
///
/// What the request was counted for is given back just before its last answer can reach the client, who may begin
/// another in its place as soon as it has it. Not before there is room for it on the line: who does not read cannot make
/// the server hold more answers than requests may be open.
final class RequestAnswers: Sendable {
  private struct State {
    var isTransfer = false
    var isReleased = false
  }

  private let session: LineSession
  private let id: UInt64
  private let state = Mutex(State())

  init(session: LineSession, id: UInt64) {
    self.session = session
    self.id = id
  }

  /// Counts it as a transfer.
  /// - Throws: `too-many`.
  func beginTransfer(_ operation: LandlineProtocol.Operation) throws(LineError) -> TransferProgress {
    try session.services.status.transfers.begin()
    state.withLock { $0.isTransfer = true }
    return session.transfers.begin(id, operation)
  }

  /// - Parameter body: as many bytes as it has are announced.
  func send(_ reply: Reply, body: ByteBuffer? = nil) async throws {
    guard reply.isLast else { return try await session.sender.send(id, reply, body: body) }
    var succeeded = true
    if case .error = reply { succeeded = false }
    try await session.sender.send(id, reply, body: body) { release(succeeded: succeeded) }
  }

  /// A list in the head while it fits there, else as the body.
  func send(_ items: [some Encodable], whole: Reply, asBody: Reply) async throws {
    let encoded = JSON.encode(items)
    if encoded.count < LineProtocol.maximumHead / 2 {
      try await send(whole)
    } else if encoded.count <= LineProtocol.maximumBody {
      try await send(asBody, body: ByteBuffer(bytes: encoded))
    } else {
      throw LineError(.tooMany, "the list has more than \(LineProtocol.maximumBody) bytes")
    }
  }

  /// Sends the last answer, without a body and without waiting for room: wait for that before.
  func sendNow(_ reply: Reply) {
    guard let head = try? AnswerSender.encode(id, reply) else { return }
    release(succeeded: true)
    session.line.sendNow(head: head)
  }

  /// To be called once, when its last answer has been handed to the line, or never will be.
  func finish() {
    release(succeeded: false)
    session.answered(1)
  }

  private func release(succeeded: Bool) {
    let isTransfer = state.withLock { state -> Bool? in
      if state.isReleased { return nil }
      state.isReleased = true
      return state.isTransfer
    }
    guard let isTransfer else { return }
    if isTransfer {
      session.transfers.end(id)
      session.services.status.transfers.end()
    }
    session.release(id, succeeded: succeeded)
  }
}
