import Crypto
import LandlineProtocol
import NIOCore
import Synchronization

/// The small files of a download: each in one message (docs/PROTOCOL.md section 6, `whole`), hundreds of them asked
/// for at the same time; one task hashes and writes them, another makes them durable in groups and gives them names.
///
/// ```
/// list ──► get, whole ──► server ──► hash, write .NAME.landline-part ──► ArrivedFiles: sync, rename, sync
///  ▲ │      (batches)       │                 (this task)                        (a child task)
///  │ └── large ──► LaneQueue ◄── too-large
///  └── after a lost connection: what was not here
/// ```
final class SmallDownloads {
  private static let mostBytesInFlight = 8_388_608
  /// What a file of unknown size counts for.
  private static let unknownSize = 65_536
  /// The most bytes of requests that were not answered: they must always find room, for this task reads and writes.
  private static let mostRequestBytes = 262_144

  private struct Flight {
    var index: Int
    var target: LocalTarget
    var expected: Int
    var requestBytes: Int
    /// What has the name already: then this asks for nothing but the server's hash.
    var existing: ExistingFile?
  }

  private let targets: DownloadTargets
  private let ledger: TransferLedger
  private let lanes: LaneQueue
  private let limit: RateLimit?
  private let progress: Reconnecting.Progress
  private let arrived: ArrivedFiles
  private let mostInFlight: Int
  private let reader = SmallFileReader()

  private var cursor = 0
  /// What is to be looked at again first; its end comes first.
  private var again: [Int] = []
  private var inFlight: [UInt64: Flight] = [:]
  private var bytesInFlight = 0
  private var requestBytes = 0
  /// The file whose bytes are arriving.
  private var arriving: ArrivingFile?

  init(
    _ targets: DownloadTargets, ledger: TransferLedger, lanes: LaneQueue, limit: RateLimit?,
    room: DownloadRoom, progress: Reconnecting.Progress
  ) {
    self.targets = targets
    arrived = ArrivedFiles(most: room.arrived)
    mostInFlight = room.inFlight
    self.ledger = ledger
    self.lanes = lanes
    self.limit = limit
    self.progress = progress
  }

  /// Looks at these once more.
  func repeatFiles(_ indices: [Int]) { again += indices.reversed() }

  /// Fetches what is left of the list.
  /// - Throws: the loss, when the connection was lost on the way; what was not here is left for the next one.
  func run(on connection: Connection) async throws {
    let answers = AnswerQueue(high: connection.window.waiting)
    do {
      try await withThrowingTaskGroup(of: Void.self) { group in
        var isFinishing = false
        while true {
          try await ask(on: connection, answers)
          if inFlight.isEmpty && arriving == nil { break }
          for item in try await answers.all(atLeast: wanted) { try await take(item) }
          if isFinishing, arrived.isIdle || arrived.isFull {
            try await group.next()
            isFinishing = false
          }
          if !isFinishing, let files = arrived.takeAll() {
            isFinishing = true
            group.addTask { [arrived, ledger] in await arrived.finish(files, ledger) }
          }
        }
      }
      if let files = arrived.takeAll() { await arrived.finish(files, ledger) }
    } catch {
      answers.abandon()
      connection.forget(inFlight.keys)
      again += (inFlight.values.map(\.index) + (arriving.map { [$0.index] } ?? [])).sorted(by: >)
      inFlight = [:]
      arriving?.abandon()
      arriving = nil
      bytesInFlight = 0
      requestBytes = 0
      // What is here is here, whatever became of the connection.
      if let files = arrived.takeAll() { await arrived.finish(files, ledger) }
      throw error
    }
  }

  /// How many pieces are worth being woken for: none while there is room to ask for more. Each file is two at least.
  private var wanted: Int {
    if hasMore && hasRoom { return 0 }
    return max(1, min(inFlight.count / 2, 128))
  }

  private var hasMore: Bool { !again.isEmpty || cursor < targets.count }

  private var hasRoom: Bool {
    inFlight.isEmpty
      || (inFlight.count < mostInFlight && bytesInFlight < Self.mostBytesInFlight
        && requestBytes < Self.mostRequestBytes)
  }

  private func nextIndex() -> Int? {
    if let index = again.popLast() { return index }
    guard cursor < targets.count else { return nil }
    defer { cursor += 1 }
    return cursor
  }

  // MARK: Out

  private func ask(on connection: Connection, _ answers: AnswerQueue) async throws {
    guard hasMore, hasRoom else { return }
    try Task.checkCancellation()
    try await connection.send(answersTo: answers) { batch in
      while hasRoom, batch.count < Self.mostRequestBytes, let index = nextIndex() {
        if ledger.isSettled(index) { continue }
        do throws(ClientError) {
          try add(index, to: &batch)
        } catch {
          putOffOrFail(index, error)
        }
      }
    }
  }

  private func add(_ index: Int, to batch: inout RequestBatch) throws(ClientError) {
    let source = targets[index]
    switch source.kind {
    case .folder:
      let isNew = try targets.makeFolder(index)
      ledger.settle(index, .made(path: source.name, file: targets.display(index), isNew: isNew))
      return
    case .other:
      throw ClientError(.usage, "'\(printable(source.name))' is neither a file nor a folder on the server")
    case .file:
      break
    }
    let largest = limit?.largestWhole ?? Int64(LineProtocol.maximumWhole)
    if let size = source.size, size > largest {
      lanes.add(index)
      return
    }
    let before = batch.count
    let id: UInt64
    var flight: Flight
    switch try targets.look(at: index, ledger) {
    case .ended:
      return
    case .same(let file, _) where file.position > largest:
      lanes.add(index)
      return
    case .same(let file, let target):
      ledger.began(index, source.size)
      id = try batch.add(.stat(PathRequest(path: source.name)))
      flight = Flight(index: index, target: target, expected: 0, requestBytes: 0, existing: file)
    case .free(let target):
      if source.size == nil, ledger.options.resume, target.hasPart {
        lanes.add(index)
        return
      }
      ledger.began(index, source.size)
      id = try batch.add(.get(GetRequest(path: source.name, whole: true)))
      let expected = source.size.map { Int($0) } ?? Self.unknownSize
      flight = Flight(index: index, target: target, expected: expected, requestBytes: 0)
    }
    if source.size != nil || targets.count > 1 { lanes.firstIsBusy() }
    flight.requestBytes = batch.count - before
    inFlight[id] = flight
    bytesInFlight += flight.expected
    requestBytes += flight.requestBytes
  }

  // MARK: In

  private func take(_ item: AnswerQueue.Item) async throws {
    switch item {
    case .slice(let slice):
      arriving?.write(slice)
      if let limit {
        try await limit.pass(slice.readableBytes)
        // What is small otherwise takes long now.
        if let file = arriving { ledger.event(file.index, .moved(done: file.position, total: Int64(file.length))) }
      }
      completeIfWhole()
    case .answer(let answer):
      guard let id = answer.id, answer.reply.isLast, let flight = inFlight[id] else { return }
      switch answer.reply {
      case .whole(let fields):
        finish(id, flight)
        arriving = ArrivingFile(
          flight.index, path: targets[flight.index].name, flight.target, ledger.ifExists(flight.index), fields,
          length: answer.body)
        completeIfWhole()
      case .entry(let entry):
        finish(id, flight)
        compare(flight, entry)
      case .error(let refusal):
        let error = ClientError(refusal)
        // The connection, or the server, is about to end: this one and the others are for the next.
        if error.isLoss { throw error }
        finish(id, flight)
        if refusal.code == .tooLarge {
          lanes.add(flight.index)
        } else {
          ledger.settle(flight.index, .failed(error))
        }
      case let reply:
        finish(id, flight)
        ledger.settle(flight.index, .failed(ClientError.unexpected(reply, to: "'get'")))
      }
    }
  }

  /// Finds out whether the file that has the name is the server's.
  private func compare(_ flight: Flight, _ entry: Entry) {
    guard let file = flight.existing, entry.kind == "file", entry.size == file.position else {
      return refuse(flight)
    }
    guard let expected = entry.sha256 else {
      // Not on record: a lane has the server compute it.
      lanes.add(flight.index)
      return
    }
    do throws(ClientError) {
      guard
        let file = try file.arrived(flight.index, path: targets[flight.index].name, expected: expected, reader)
      else { return refuse(flight) }
      arrived.add(file)
    } catch {
      ledger.settle(flight.index, .failed(error))
    }
  }

  private func refuse(_ flight: Flight) {
    do throws(ClientError) {
      try targets.refuse(flight.index, flight.target, ledger)
    } catch {
      ledger.settle(flight.index, .failed(error))
    }
  }

  private func finish(_ id: UInt64, _ flight: Flight) {
    inFlight[id] = nil
    bytesInFlight -= flight.expected
    requestBytes -= flight.requestBytes
    progress.advance(by: 1)
  }

  private func putOffOrFail(_ index: Int, _ error: ClientError) {
    if error.mayPassSoon { ledger.putOff(index, error) } else { ledger.settle(index, .failed(error)) }
  }

  private func completeIfWhole() {
    guard let file = arriving, file.isWhole else { return }
    arriving = nil
    do throws(ClientError) {
      arrived.add(try file.finish())
    } catch {
      putOffOrFail(file.index, error)
    }
  }
}
