import LandlineProtocol
import LandlineServices
import LandlineTransport
import NIOCore

extension LineSession {
  /// Hands a message over to be stored and shown; it is answered when it is.
  ///
  /// There is no task for each, and nobody waits: what an account says is stored in the order in which it came. The
  /// reader goes on when there is room for what it may still have to answer.
  /// - Throws: when the connection is over.
  func say(_ id: UInt64, _ request: ChatSendRequest, _ text: [UInt8], by live: LivePrincipal) async throws {
    let principal = live.current
    budget.add(text.count)
    pulse.begin(id, isInLane: true)
    do throws(LineError) {
      if services.status.registry.isDraining {
        throw LineError(.shuttingDown, "the server is ending and takes no new requests")
      }
      let message = try services.chat.message(request, text: text, by: principal)
      let submission = ChatSubmission(message) {
        self.refusal(of: message, by: live)
      } completion: { result in
        self.said(id, text.count, result)
      }
      services.chat.submit(submission)
    } catch {
      if error.code == .forbidden {
        await services.audit.waitForRoom()
        auditRefusal(of: .chatSend(request), error, by: principal)
      }
      said(id, text.count, .failure(error))
    }
    try await line.waitForRoom()
    await budget.waitForRoom()
  }

  /// Why what waits of this connection is not to be stored any more. When the connection is over nobody knows whether it
  /// is; else who comes again and again could have any amount of it wait, and would go on talking without the right to.
  private func refusal(of message: NewChatMessage, by live: LivePrincipal) -> LineError? {
    guard line.channel.isActive else { return .cancelled }
    return reasonToEnd ?? services.chat.refusal(of: message, by: live.current)
  }

  private func said(_ id: UInt64, _ cost: Int, _ result: Result<ChatReceipt, any Error>) {
    let reply: Reply
    switch result {
    case .success(let receipt): reply = .sent(SentAnswer(room: receipt.room.description, number: receipt.number))
    case .failure(let error): reply = .error(lineError(from: error, operation: "chat.send"))
    }
    release(id, succeeded: true)
    if let head = try? AnswerSender.encode(id, reply) { line.sendNow(head: head) }
    budget.release(cost)
    answered(1)
  }
}
