import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// Runs the rounds of a connection's lane of small files. On a thread that may block.
struct WholeHandler: Sendable {
  let session: LineSession
  let principal: Principal

  private var services: Services { session.services }

  /// Takes rounds until there is nothing more.
  func run() async {
    let rate = services.rates.rate(for: principal)
    while let items = session.wholes.next() {
      if rate.isLimited {
        await PacedRounds(session: session, rate: rate).run(items, round: takeRound)
      } else {
        _ = await takeRound(items)
      }
    }
  }

  /// - Returns: bytes of files that were sent.
  private func takeRound(_ items: [WholeLane.Item]) async -> Int {
    // In the whole server only so many hold their files open at the same time.
    do {
      return try await services.status.wholeRounds.withSlot { await round(items) }
    } catch {
      // Only waiting for the slot throws: the connection is over.
      for item in items { release(item, succeeded: false) }
      return 0
    }
  }

  private func round(_ items: [WholeLane.Item]) async -> Int {
    var sent = 0
    var answers = AnswerBatch(session.sender)
    var puts: [(item: WholeLane.Item, put: WholePut)] = []
    var gets: [(item: WholeLane.Item, path: String)] = []
    for item in items {
      if let refusal = refusal(of: item) {
        await answers.add(item.id, .error(refusal))
        continue
      }
      switch item.work {
      case .put(let request, let body): puts.append((item, WholePut(request: request, content: body)))
      case .get(let request): gets.append((item, request.path))
      }
    }
    if !puts.isEmpty {
      let results = await services.files.storeWhole(puts.map(\.put), by: principal)
      for ((item, put), result) in zip(puts, results) {
        await answers.add(item.id, reply(to: result, named: "put", put.request.path))
      }
    }
    if !gets.isEmpty {
      let results = await services.files.openWhole(gets.map(\.path), by: principal)
      for ((item, path), result) in zip(gets, results) { sent += await send(result, item.id, path, &answers) }
    }
    await answers.flush()
    for item in items { release(item, succeeded: true) }
    return sent
  }

  /// Why it is not begun with.
  private func refusal(of item: WholeLane.Item) -> LineError? {
    if services.status.registry.isDraining {
      return LineError(.shuttingDown, "the server is ending and takes no new requests")
    }
    return item.isCancelled.isSet || Task.isCancelled ? .cancelled : nil
  }

  private func release(_ item: WholeLane.Item, succeeded: Bool) {
    session.budget.release(item.cost)
    session.finished(item.id, succeeded: succeeded)
  }

  private func reply(
    to result: Result<FileService.WholeOutcome, any Error>, named name: String, _ path: String
  ) -> Reply {
    switch result {
    case .success(.stored(let answer)):
      session.log("stored", path: answer.path, size: answer.size, by: principal)
      return .stored(answer)
    case .success(.skipped(let answer)): return .skipped(answer)
    case .failure(let error): return .error(session.lineError(from: error, operation: name))
    }
  }

  private func send(
    _ result: Result<WholeDownload, any Error>, _ id: UInt64, _ path: String, _ answers: inout AnswerBatch
  ) async -> Int {
    do {
      let download = try result.get()
      var body = ByteBuffer()
      var head: FileAnswer?
      try body.writeWithUnsafeMutableBytes(minimumWritableBytes: download.size) { room in
        head = try download.read(into: UnsafeMutableRawBufferPointer(rebasing: room[..<download.size]))
        return download.size
      }
      if let head { await answers.add(id, .whole(head), body: body) }
      session.log("fetched", path: path, size: Int64(download.size), by: principal)
      return download.size
    } catch {
      await answers.add(id, .error(session.lineError(from: error, operation: "get")))
      return 0
    }
  }
}
