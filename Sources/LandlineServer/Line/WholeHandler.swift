import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// Runs the rounds of a connection's lane of small files. On a thread that may block.
///
/// In the whole server only so many rounds have files open at the same time, each in a slot. What depends on the client,
/// which may be slow to read, is waited for outside of it.
struct WholeHandler: Sendable {
  let session: LineSession
  let live: LivePrincipal

  private typealias Put = (item: WholeLane.Item, put: WholePut)
  private typealias Get = (item: WholeLane.Item, path: String)

  private var services: Services { session.services }
  private var principal: Principal { live.current }

  /// Takes rounds until there is nothing more.
  func run() async {
    let rate = services.rates.rate(for: principal)
    while let items = session.wholes.next() {
      await services.audit.waitForRoom()
      if rate.isLimited {
        await PacedRounds(rate: rate).run(items, round: round)
      } else {
        _ = await round(items)
      }
    }
  }

  /// - Returns: bytes of files that were sent.
  private func round(_ items: [WholeLane.Item]) async -> Int {
    defer { session.wholes.finished(items) }
    do {
      var answers = AnswerBatch(session)
      let sent = try await answer(items, &answers)
      try await answers.flush()
      for item in items { session.budget.release(item.cost) }
      return sent
    } catch {
      // The connection is over. Those that were answered before it was are not in the table any more.
      for item in items {
        session.budget.release(item.cost)
        session.release(item.id, succeeded: false)
      }
      session.answered(items.count)
      return 0
    }
  }

  private func answer(_ items: [WholeLane.Item], _ answers: inout AnswerBatch) async throws -> Int {
    var puts: [Put] = []
    var gets: [Get] = []
    for item in items {
      if let refusal = refusal(of: item) {
        if case .put(let put) = item.work { put.withdraw() }
        try await answers.add(item.id, .error(refusal))
        continue
      }
      switch item.work {
      case .put(let put): puts.append((item, put))
      case .get(let request): gets.append((item, request.path))
      }
    }
    try await store(puts, &answers)
    return try await fetch(gets, &answers)
  }

  /// Why it is not begun with.
  private func refusal(of item: WholeLane.Item) -> LineError? {
    if services.status.registry.isDraining {
      return LineError(.shuttingDown, "the server is ending and takes no new requests")
    }
    return item.isCancelled.isSet || Task.isCancelled ? .cancelled : nil
  }

  // MARK: In

  private func store(_ puts: [Put], _ answers: inout AnswerBatch) async throws {
    var rest = puts
    while !rest.isEmpty {
      let turn = try await services.files.turn(of: rest.map(\.put))
      let ready = turn.map { rest[$0].put }
      let results = try await services.status.wholePuts.withSlot {
        await services.files.storeWhole(ready, by: principal)
      }
      // All of it is noted before the first of them is told: that fails when the connection is gone.
      let replies = zip(turn, results).map { index, result in
        (id: rest[index].item.id, reply: reply(to: result, rest[index].put.request.path))
      }
      for (id, reply) in replies { try await answers.add(id, reply) }
      for index in turn.reversed() { rest.remove(at: index) }
    }
  }

  private func reply(to result: Result<FileService.WholeOutcome, any Error>, _ path: String) -> Reply {
    switch result {
    case .success(.stored(let answer)):
      session.logStored(answer, by: principal)
      return .stored(answer)
    case .success(.skipped(let answer)): return .skipped(answer)
    case .failure(let error): return .error(refusal(error, .put(PutRequest(path: path))))
    }
  }

  private func refusal(_ error: any Error, _ operation: LandlineProtocol.Operation) -> LineError {
    let error = session.lineError(from: error, operation: operation.name)
    if error.code == .forbidden { session.auditRefusal(of: operation, error, by: principal) }
    return error
  }

  // MARK: Out

  private func fetch(_ gets: [Get], _ answers: inout AnswerBatch) async throws -> Int {
    // Nobody waits for these longer than for the files.
    if !gets.isEmpty { try await answers.flush() }
    var rest = gets[...]
    var sent = 0
    while let first = rest.first {
      try Task.checkCancellation()
      if first.item.isCancelled.isSet {
        rest.removeFirst()
        try await answers.add(first.item.id, .error(.cancelled))
        continue
      }
      sent += try await session.bulkAnswers.withSlot {
        let files = try await services.status.wholeGets.withSlot { await read(rest.map(\.path)) }
        var sent = 0
        for ((item, path), file) in zip(rest, files) { sent += try await send(file, item, path, &answers) }
        rest = rest.dropFirst(files.count)
        return sent
      }
    }
    return sent
  }

  /// Reads as many as one body may have bytes, or more if they are small, and closes them.
  private func read(_ paths: [String]) async -> [Result<(FileAnswer, ByteBuffer), any Error>] {
    let downloads = await services.files.openWhole(paths, atMost: LineProtocol.maximumBody, by: principal)
    return downloads.map { download in
      Result {
        let download = try download.get()
        var body = ByteBuffer()
        var head: FileAnswer?
        try body.writeWithUnsafeMutableBytes(minimumWritableBytes: download.size) { room in
          head = try download.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<download.size]))
          return download.size
        }
        guard let head else { throw LineError(.internal, "a file was read and has no status") }
        return (head, body)
      }
    }
  }

  /// - Returns: bytes of the file.
  private func send(
    _ file: Result<(FileAnswer, ByteBuffer), any Error>, _ item: WholeLane.Item, _ path: String,
    _ answers: inout AnswerBatch
  ) async throws -> Int {
    switch file {
    case .success where item.isCancelled.isSet:
      try await answers.add(item.id, .error(.cancelled))
      return 0
    case .success((let head, let body)):
      try await answers.add(item.id, .whole(head), body: body) {
        session.log("fetched", path: path, size: head.size, by: principal)
      }
      return body.readableBytes
    case .failure(let error):
      try await answers.add(item.id, .error(refusal(error, .get(GetRequest(path: path)))))
      return 0
    }
  }
}
