public import LandlineProtocol
import LandlineTransport
public import NIOCore
import Synchronization

/// A logged-in connection. Made by ``LandlineClient/withConnection(_:)``, ended with its scope.
///
/// ```
///   tasks: request, withRequest        one reader task on the event loop
///        |  ids in order                      |  sorts answers by id
///        v                                    v
///   LineChannel.send ---- TLS ----> server ----> one bounded AnswerQueue a request
/// ```
///
/// Any number of tasks may use it at the same time. When it is lost, everything that is open on it fails with
/// `connectionLost`.
public final class Connection: Sendable {
  private struct State {
    var nextID: UInt64
    var open: [UInt64: AnswerQueue] = [:]
    var end: ClientError?
    /// For what comes without being an answer.
    var pushes: PushQueue?
    /// Grows with everything that the server says or takes.
    var activity = 0
  }

  /// What the server said at the login.
  public let welcome: Welcome
  private let line: LineChannel
  /// What arrives is sorted here.
  let loop: EventLoopTaskExecutor
  private let turnstile = Turnstile()
  private let state: Mutex<State>

  /// How much of an answer may wait for who takes it.
  let window: ReceiveWindow

  init(_ line: LineChannel, welcome: Welcome, nextID: UInt64, _ window: ReceiveWindow = .usual) {
    self.window = window
    self.line = line
    loop = EventLoopTaskExecutor(line.channel.eventLoop)
    self.welcome = welcome
    state = Mutex(State(nextID: nextID))
  }

  // MARK: Requests

  /// Asks for something and waits for the last answer.
  /// - Returns: the answer and its body, of at most 1 MiB.
  /// - Throws: `refused` when the server answers with an error; `connectionLost`.
  public func request(
    _ operation: Operation, body: ByteBuffer? = nil
  ) async throws -> (reply: Reply, body: [UInt8]) {
    try await withRequest(operation, body: body) { try await $0.lastAnswer() }
  }

  /// Opens a request for a conversation of several messages; when `handle` leaves before the last answer, the
  /// request is cancelled.
  public func withRequest<Value>(
    _ operation: Operation, body: ByteBuffer? = nil,
    _ handle: (OpenRequest) async throws -> Value
  ) async throws -> Value {
    try await withRequest(operation, body: body, waiting: window.waiting, handle)
  }

  /// - Parameter waiting: from how many bytes of answers on, that nobody has taken, nothing more is read of the connection.
  func withRequest<Value>(
    _ operation: Operation, body: ByteBuffer? = nil, waiting: Int,
    _ handle: (OpenRequest) async throws -> Value
  ) async throws -> Value {
    let request = try await open(operation, body: body, waiting: waiting)
    do {
      let value = try await handle(request)
      await close(request)
      return value
    } catch {
      await close(request)
      throw error
    }
  }

  private func open(_ operation: Operation, body: ByteBuffer?, waiting: Int) async throws -> OpenRequest {
    let queue = AnswerQueue(high: waiting)
    let id = try await turnstile.pass {
      let id = try state.withLock { state in
        if let end = state.end { throw end }
        defer { state.nextID += 1 }
        state.open[state.nextID] = queue
        return state.nextID
      }
      do {
        try await send(Request(id: id, operation, body: body?.readableBytes ?? 0), body: body)
      } catch {
        state.withLock { $0.open[id] = nil }
        throw error
      }
      return id
    }
    return OpenRequest(id: id, queue: queue, connection: self)
  }

  /// Sends several requests in one piece; their answers go to `answers`.
  /// - Parameters:
  ///   - limit: shared with others.
  ///   - fill: adds them. Nobody else's request comes between, so it must not wait for one.
  /// - Returns: what `fill` returns.
  func send<Value>(
    answersTo answers: AnswerQueue, limit: RateLimit? = nil, _ fill: (inout RequestBatch) throws -> Value
  ) async throws -> Value {
    try await turnstile.pass {
      var batch = RequestBatch(
        nextID: try state.withLock { state in
          if let end = state.end { throw end }
          return state.nextID
        })
      let value = try fill(&batch)
      guard !batch.ids.isEmpty else { return value }
      try state.withLock { state in
        if let end = state.end { throw end }
        state.nextID = batch.nextID
        for id in batch.ids { state.open[id] = answers }
      }
      guard let limit else {
        try await send(head: [], body: batch.buffer)
        return value
      }
      var rest = batch.buffer
      while let piece = rest.readSlice(length: min(limit.piece, rest.readableBytes)), piece.readableBytes > 0 {
        try await limit.pass(piece.readableBytes)
        try await send(head: [], body: piece)
      }
      return value
    }
  }

  /// Forgets requests whose answers nobody wants any more.
  func forget(_ ids: some Sequence<UInt64>) {
    state.withLock { state in
      for id in ids { state.open[id] = nil }
    }
  }

  private func close(_ request: OpenRequest) async {
    let wasOpen = state.withLock { $0.open.removeValue(forKey: request.id) != nil }
    request.queue.abandon()
    if wasOpen { try? await request.send(.cancel(CancelRequest())) }
  }

  // MARK: Sending

  func send(_ request: Request, body: ByteBuffer? = nil) async throws {
    try await send(head: try MessageHead.encode(request), body: body)
  }

  func send(head: [UInt8], body: ByteBuffer?) async throws {
    do {
      try await line.send(head: head, body: body)
      state.withLock { $0.activity += 1 }
    } catch is CancellationError {
      throw CancellationError()
    } catch {
      // What the server said last, and the reader has yet to see, explains more than a closed socket.
      throw state.withLock { $0.end } ?? ClientError.lost(ConnectFailure.describe(error))
    }
  }

  // MARK: The reader

  /// Sorts what arrives until the connection ends.
  func readAll() async {
    do {
      var sorter = AnswerSorter()
      while let event = try await line.next() {
        noteActivity()
        switch event {
        case .head(let bytes, _):
          try await begin(&sorter, bytes)
        case .body(let slice):
          sorter.pushes?.add(slice)
          if let queue = sorter.queue, queue.push(.slice(slice)) { await queue.waitForRoom() }
        case .end:
          sorter.queue = nil
          sorter.pushes = nil
        }
      }
      end(with: .lost("the server closed it"))
    } catch is CancellationError {
      // The scope is over; what is still queued, a `cancel` perhaps, goes out before the line is closed.
    } catch let error as ClientError {
      end(with: error)
    } catch let error as LineError {
      end(with: ClientError(.badAnswer, "the server broke the protocol: \(error.message)"))
    } catch {
      end(with: .lost(ConnectFailure.describe(error)))
    }
  }

  private func begin(_ sorter: inout AnswerSorter, _ bytes: [UInt8]) async throws {
    let answer = try sorter.decode(bytes)
    guard let id = answer.id else {
      if case .error(let error) = answer.reply { throw ClientError(error) }
      sorter.pushes = state.withLock { $0.pushes }
      sorter.pushes?.begin(answer)
      return
    }
    let isLast = answer.reply.isLast
    sorter.queue = state.withLock { isLast ? $0.open.removeValue(forKey: id) : $0.open[id] }
    if let queue = sorter.queue, queue.push(.answer(answer)) {
      await queue.waitForRoom()
    }
  }

  /// Has what comes without being an answer given to `queue`.
  func receivePushes(_ queue: PushQueue) {
    let end = state.withLock { state in
      state.pushes = queue
      return state.end
    }
    if let end { queue.fail(end) }
  }

  private func noteActivity() {
    state.withLock { $0.activity += 1 }
  }

  /// Ends the connection; who waits on it is told why.
  func end(with error: ClientError) {
    let (queues, pushes) = state.withLock { state in
      if state.end == nil { state.end = error }
      defer { state.open = [:] }
      return (Array(state.open.values), state.pushes)
    }
    for queue in queues { queue.fail(error) }
    pushes?.fail(error)
    line.close()
  }

  /// How much was said and taken so far, while anything is open; nil while nothing is.
  var activityWhileOpen: Int? {
    state.withLock { $0.open.isEmpty ? nil : $0.activity }
  }
}

/// What the reader knows between two events.
private struct AnswerSorter {
  /// Who gets the body that is arriving; nil when nobody wants it.
  var queue: AnswerQueue?
  /// As above, for what was pushed.
  var pushes: PushQueue?
  private var lastBytes: [UInt8] = []
  private var lastAnswer: Answer?

  /// Decodes a head; the heads of one file's `data` messages are mostly the same bytes, so those cost a comparison.
  mutating func decode(_ bytes: [UInt8]) throws -> Answer {
    if let lastAnswer, bytes == lastBytes { return lastAnswer }
    let answer = try Answer(head: bytes)
    if case .data = answer.reply {
      lastBytes = bytes
      lastAnswer = answer
    }
    return answer
  }
}
