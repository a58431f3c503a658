import LandlineProtocol
import LandlineServices
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
    /// Whether it holds a file or a folder open for as long as its client likes, or as there is much in it.
    var isTransfer: Bool {
      switch operation {
      case .get, .verify, .tree: true
      case .remove(let remove): remove.recursive == true
      case .put: true
      default: false
      }
    }
    /// Whether it may wait for long, and does not itself say that it is alive.
    var needsPulse: Bool {
      switch operation {
      case .list, .stat, .remove, .move, .makeFolder, .accountRemove: true
      default: false
      }
    }
    /// Whether it may wait for the disk.
    var needsDisk: Bool {
      switch operation {
      case .list, .tree, .stat, .get, .verify, .put, .remove, .move, .makeFolder, .accountRemove: true
      default: false
      }
    }
  }

  /// Where the body of the message that is being read goes.
  private enum Body {
    case nowhere
    case pipe(BodyPipe)
    /// A put's own body, which is the whole file.
    case whole
  }

  /// What the session is to do.
  enum Action {
    case request(Accepted)
    /// Take rounds of the lane of small files.
    case wholes
  }

  private let session: LineSession
  private let principal: Principal
  private var body = Body.nowhere
  /// The whole put whose body is arriving.
  private var whole: (id: UInt64, put: PutRequest, body: WholeBody, isCancelled: CancelFlag)?

  init(session: LineSession, principal: Principal) {
    self.session = session
    self.principal = principal
  }

  /// - Returns: what is to be done now.
  /// - Throws: what ends the connection.
  func take(_ event: LineEvent) async throws -> Action? {
    switch event {
    case .head(let head, let bodyLength):
      body = .nowhere
      return try await takeHead(head, bodyLength)
    case .body(let slice):
      session.traffic.received(slice.readableBytes)
      switch body {
      case .nowhere: break
      case .pipe(let pipe):
        pipe.push(.bytes(slice))
        await session.budget.waitForRoom()
      case .whole:
        whole?.body.pieces.append(slice)
      }
    case .end:
      body = .nowhere
      if let whole {
        self.whole = nil
        let cost = whole.body.pieces.reduce(0) { $0 + $1.readableBytes }
        session.budget.add(cost)
        let put = session.services.files.announce(whole.put, content: whole.body, by: principal)
        session.pulse.begin(whole.id, isInLane: true)
        let starts = session.wholes.add(
          .init(id: whole.id, work: .put(put), isCancelled: whole.isCancelled, cost: cost))
        await session.budget.waitForRoom()
        return starts ? .wholes : nil
      }
    }
    return nil
  }

  private func takeHead(_ head: [UInt8], _ bodyLength: Int) async throws -> Action? {
    let request: Request
    do {
      request = try Request(head: head)
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
      let action = try await begin(request, bodyLength, headLength: head.count)
      await session.budget.waitForRoom()
      return action
    }
  }

  private struct OnlyID: Decodable { var id: UInt64 }

  private func begin(_ request: Request, _ bodyLength: Int, headLength: Int) async throws -> Action? {
    do {
      var pipe: BodyPipe?
      var expected = 0
      var isWhole = false
      switch request.operation {
      case .put(let put) where put.isWhole:
        isWhole = true
        expected = Int(put.size ?? 0)
      case .put: pipe = BodyPipe(budget: session.budget)
      case .get(let get):
        isWhole = get.whole == true
        if isWhole && get.offset ?? 0 > 0 {
          throw LineError(.badRequest, "a get is whole or has an offset, not both")
        }
      default: break
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
        request.id, isTransfer: accepted.isTransfer && !isWhole, cost: headLength, pipe: pipe
      ) { isCancelled.set() }
      // What it says is kept until it is answered.
      session.budget.add(headLength)
      guard isWhole else { return .request(accepted) }
      switch request.operation {
      case .put(let put):
        body = .whole
        whole = (request.id, put, WholeBody(), isCancelled)
      case .get(let get):
        session.pulse.begin(request.id, isInLane: true)
        let starts = session.wholes.add(.init(id: request.id, work: .get(get), isCancelled: isCancelled, cost: 0))
        return starts ? .wholes : nil
      default: break
      }
      return nil
    } catch let error as LineError {
      try await session.sender.send(request.id, .error(error))
      return nil
    }
  }
}
