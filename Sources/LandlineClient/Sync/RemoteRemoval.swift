import LandlineProtocol
import NIOCore

/// Removes entries of a server's tree, many at the same time, over as many connections as it takes.
struct RemoteRemoval {
  private static let mostInFlight = 32

  let client: LandlineClient
  let tree: FileTree
  /// None of them below another.
  let entries: [Int32]
  let observer: SyncObserver

  /// - Returns: how many are gone, and how many could not be removed.
  func run() async throws -> (removed: Int, failed: Int) {
    var left = Array(entries.reversed())
    var removed = 0
    var failed = 0
    let progress = Reconnecting.Progress()
    try await Reconnecting(client: client, onLoss: observer.transfer.reconnecting).run(progress) { connection in
      let answers = AnswerQueue()
      var inFlight: [UInt64: Int32] = [:]
      do {
        while !left.isEmpty || !inFlight.isEmpty {
          try await connection.send(answersTo: answers) { batch in
            while inFlight.count < Self.mostInFlight, let entry = left.popLast() {
              let request = RemoveRequest(
                path: LocalName.join(tree.root, tree.path(Int(entry))),
                recursive: tree.nodes[Int(entry)].kind == .folder)
              inFlight[try batch.add(.remove(request))] = entry
            }
          }
          for item in try await answers.all(atLeast: 1) {
            guard case .answer(let answer) = item, let id = answer.id, answer.reply.isLast,
              let entry = inFlight[id]
            else { continue }
            let error = Self.error(in: answer.reply)
            if let error, error.isLoss { throw error }
            inFlight[id] = nil
            progress.advance(by: 1)
            if let error {
              failed += 1
              observer.notRemoved(Int(entry), error)
            } else {
              removed += 1
              observer.removed(Int(entry))
            }
          }
        }
      } catch {
        answers.abandon()
        connection.forget(inFlight.keys)
        left += inFlight.values
        throw error
      }
    }
    return (removed, failed)
  }

  private static func error(in reply: Reply) -> ClientError? {
    switch reply {
    case .removed: nil
    // Somebody was faster, or the answer to an earlier attempt was lost.
    case .error(let error) where error.code == .notFound: nil
    case .error(let error): ClientError(error)
    case let reply: ClientError.unexpected(reply, to: "'remove'")
    }
  }
}
