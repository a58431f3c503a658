import LandlineProtocol
import LandlineTransport
import NIOCore

/// Sorts what a logged-in client sends: whole requests to tasks of their own, the rest to the requests it belongs to.
final class RequestReader {
  /// A request for a task of its own.
  struct Accepted: Sendable {
    var id: UInt64
    var operation: LandlineProtocol.Operation
    /// For puts.
    var pipe: BodyPipe?
    var isCancelled: CancelFlag
    /// Whether it holds a file open for as long as its client likes.
    var isTransfer: Bool {
      switch operation {
      case .get, .verify: true
      case .put(let put): !put.isWhole
      default: false
      }
    }
    /// Whether it may wait for the disk.
    var needsDisk: Bool {
      switch operation {
      case .list, .stat, .get, .verify, .put, .remove, .accountRemove: true
      default: false
      }
    }
  }

  /// Where the body of the message that is being read goes.
  private enum Body {
    case nowhere
    case pipe(BodyPipe)
    /// A put's own body, which is the whole file.
    case whole(BodyPipe)
  }

  private let session: LineSession
  private var body = Body.nowhere

  init(session: LineSession) {
    self.session = session
  }

  /// - Returns: a request to be run, if one begins with this event.
  /// - Throws: what ends the connection.
  func take(_ event: LineEvent) async throws -> Accepted? {
    switch event {
    case .head(let head, let bodyLength):
      body = .nowhere
      return try await takeHead(head, bodyLength)
    case .body(let slice):
      switch body {
      case .nowhere: break
      case .pipe(let pipe), .whole(let pipe):
        pipe.push(.bytes(slice))
        await session.budget.waitForRoom()
      }
    case .end:
      if case .whole(let pipe) = body { pipe.push(.end) }
      body = .nowhere
    }
    return nil
  }

  private func takeHead(_ head: [UInt8], _ bodyLength: Int) async throws -> Accepted? {
    let request: Request
    do {
      request = try JSON.decode(Request.self, from: head)
    } catch {
      // A request that can be told apart from others is refused alone; anything else ends the connection.
      guard let id = try? JSON.decode(OnlyID.self, from: head).id, id <= LineProtocol.maximumID,
        session.table.isNew(id)
      else { throw error }
      try await session.sender.send(id, .error(error))
      return nil
    }
    switch request.operation {
    case .commit where bodyLength > 0, .cancel where bodyLength > 0:
      throw LineError(.badRequest, "'\(request.operation.name)' has no body")
    case .data:
      if case .pipe(let pipe) = try session.table.destination(of: request.id) {
        pipe.touch()
        body = .pipe(pipe)
      }
      return nil
    case .commit(let commit):
      if let pipe = try session.table.commit(request.id) { pipe.push(.commit(commit.sha256)) }
      return nil
    case .cancel(let cancel):
      guard let open = session.table.cancel(request.id) else { return nil }
      open.pipe?.push(.cancel(discard: cancel.discard ?? false))
      open.cancel()
      return nil
    default:
      guard session.table.isNew(request.id) else {
        throw LineError(.badRequest, "the id \(request.id) is not greater than those before it")
      }
      let accepted = try await begin(request, bodyLength, headLength: head.count)
      await session.budget.waitForRoom()
      return accepted
    }
  }

  private struct OnlyID: Decodable { var id: UInt64 }

  private func begin(_ request: Request, _ bodyLength: Int, headLength: Int) async throws -> Accepted? {
    do {
      var pipe: BodyPipe?
      var expected = 0
      if case .put(let put) = request.operation {
        pipe = BodyPipe(budget: session.budget)
        if put.isWhole { expected = Int(put.size ?? 0) }
      }
      guard bodyLength == expected else {
        throw LineError(
          .badRequest,
          "'\(printable(request.operation.name))' here needs a body of \(expected) bytes, not \(bodyLength)")
      }
      let isCancelled = CancelFlag()
      let accepted = Accepted(
        id: request.id, operation: request.operation, pipe: pipe, isCancelled: isCancelled)
      try session.table.open(
        request.id, isTransfer: accepted.isTransfer, cost: headLength, pipe: pipe
      ) { isCancelled.set() }
      // What it says is kept until it is answered.
      session.budget.add(headLength)
      if let pipe, case .put(let put) = request.operation, put.isWhole { body = .whole(pipe) }
      return accepted
    } catch let error as LineError {
      try await session.sender.send(request.id, .error(error))
      return nil
    }
  }
}
