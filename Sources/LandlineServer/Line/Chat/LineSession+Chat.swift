import LandlineProtocol
import LandlineServices
import LandlineTransport

extension LineSession {
  /// Hands a message over to be stored and shown; it is answered when it is.
  ///
  /// There is no task for each, and nobody waits: what an account says is stored in the order in which it came. The
  /// reader goes on when there is room for what it may still have to answer.
  /// - Throws: when the connection is over.
  func say(_ id: UInt64, _ request: ChatSendRequest, _ text: [UInt8], by principal: Principal) async throws {
    budget.add(text.count)
    pulse.begin(id, isInLane: true)
    do throws(LineError) {
      if services.status.registry.isDraining {
        throw LineError(.shuttingDown, "the server is ending and takes no new requests")
      }
      let message = try services.chat.message(request, text: text, by: principal)
      services.chat.submit(ChatSubmission(message) { result in self.said(id, text.count, result) })
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
