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
    /// For commands.
    var channel: CommandChannel?
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
      case .list, .stat, .remove, .move, .makeFolder, .accountRemove, .roleDefine: true
      default: false
      }
    }
    /// Whether it may wait for the disk.
    var needsDisk: Bool {
      switch operation {
      case .command(.attach): true
      case .command(.run(let fields)): fields.detach == true
      case .list, .tree, .stat, .get, .verify, .put, .remove, .move, .makeFolder, .accountRemove, .audit: true
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
    /// What a program is to read.
    case input(CommandChannel)
    /// The text of a message to a room.
    case said
  }

  /// What the session is to do.
  enum Action {
    case request(Accepted)
    /// Take rounds of the lane of small files.
    case wholes
  }

  private let session: LineSession
  private let principal: LivePrincipal
  private var body = Body.nowhere
  /// The message to a room whose text is arriving.
  private var said: (id: UInt64, request: ChatSendRequest, text: [UInt8])?
  /// The whole put whose body is arriving.
  private var whole: (id: UInt64, put: PutRequest, body: WholeBody, isCancelled: CancelFlag)?

  init(session: LineSession, principal: LivePrincipal) {
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
      case .input(let channel): try channel.input.push(slice)
      case .said:
        said?.text += slice.readableBytesView
      }
    case .end:
      body = .nowhere
      if let said {
        self.said = nil
        try await session.say(said.id, said.request, said.text, by: principal)
      }
      if let whole {
        self.whole = nil
        let cost = whole.body.pieces.reduce(0) { $0 + $1.readableBytes }
        session.budget.add(cost)
        let put = session.services.files.announce(whole.put, content: whole.body, by: principal.current)
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
      session.commands[request.id]?.cancel()
      return nil
    case .command(let addition) where addition.isAddition:
      try add(addition, to: request.id, bodyLength)
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

  /// Takes what is added to a command; what comes when it is over is dropped.
  private func add(_ addition: CommandOperation, to id: UInt64, _ bodyLength: Int) throws(LineError) {
    guard session.table.wasUsed(id) else {
      throw LineError(.badRequest, "'\(addition.name)' for the id \(id), which is no command")
    }
    let channel = session.commands[id]
    if case .input(let input) = addition {
      guard let channel else { return }
      if bodyLength > 0 { body = .input(channel) }
      if input.end == true {
        guard bodyLength == 0 else { throw LineError(.badRequest, "the end of stdin has no body") }
        channel.input.end()
      }
    } else {
      guard bodyLength == 0 else { throw LineError(.badRequest, "'\(addition.name)' has no body") }
      try channel?.take(addition)
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
      case .chatSend:
        guard bodyLength <= ChatLimits.message else {
          throw LineError(.tooLarge, "a message has at most \(ChatLimits.message) bytes, and this has \(bodyLength)")
        }
        expected = bodyLength
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
      var accepted = Accepted(
        id: request.id, operation: request.operation, pipe: pipe, isCancelled: isCancelled)
      try session.table.open(
        request.id, isTransfer: accepted.isTransfer && !isWhole, cost: headLength, pipe: pipe
      ) { isCancelled.set() }
      // What it says is kept until it is answered.
      session.budget.add(headLength)
      if case .command(let operation) = request.operation, operation.isConversation {
        accepted.channel = session.commands.open(request.id)
      }
      if case .chatSend(let fields) = request.operation {
        body = .said
        said = (request.id, fields, [])
        return nil
      }
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
