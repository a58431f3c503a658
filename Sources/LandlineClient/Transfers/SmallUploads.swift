import Glibc
import LandlineProtocol
import NIOCore

/// The small files of an upload: each in one message (docs/PROTOCOL.md section 6, "Whole"), hundreds on their way at
/// the same time, read and hashed by one task and sent many to a write. Folders that are to be made go the same way.
///
/// ```
/// list ──► read, hash, encode ──► batch ──► server
///  ▲ │            (this task)                  │
///  │ └── large ──► LaneQueue                   │
///  └── after a lost connection ── in flight ◄──┴── stored, skipped, made, error
/// ```
final class SmallUploads {
  /// How much may be on its way unanswered: enough that neither the distance to the server nor the wait for its disk
  /// matters, and well below what a server allows (1,024 requests).
  private static let mostInFlight = 512
  private static let mostBytesInFlight = 8_388_608

  private struct Flight {
    var index: Int
    var size: Int64
    /// Of a file; nil for a folder.
    var digest: Digest256?
    /// Of a folder, on the server.
    var folder = ""
    /// Whether the server was asked to look if it is there already.
    var isAgain = false
  }

  private let list: UploadList
  private let ledger: TransferLedger
  private let lanes: LaneQueue
  private let limit: RateLimit?
  private let progress: Reconnecting.Progress
  private let reader = SmallFileReader()

  /// The next of the list that was not looked at yet.
  private var cursor = 0
  /// What is to be looked at again first; its end comes first.
  private var again: [Int] = []
  /// Files that a server may have got: no answer came, or the name is taken and an earlier run may have sent them.
  private var mayBeThere: Set<Int> = []
  private var inFlight: [UInt64: Flight] = [:]
  private var bytesInFlight = 0

  init(
    _ list: UploadList, ledger: TransferLedger, lanes: LaneQueue, limit: RateLimit?, progress: Reconnecting.Progress
  ) {
    self.list = list
    self.ledger = ledger
    self.lanes = lanes
    self.limit = limit
    self.progress = progress
  }

  /// Looks at these once more.
  func repeatFiles(_ indices: [Int]) { again += indices.reversed() }

  /// Sends what is left of the list.
  /// - Throws: the loss, when the connection was lost on the way; what was not answered is left for the next one.
  func run(to destination: UploadDestination, on connection: Connection) async throws {
    let answers = AnswerQueue()
    do {
      while true {
        try await fill(destination, on: connection, answers)
        if inFlight.isEmpty { break }
        for item in try await answers.all(atLeast: wanted) { try take(item) }
      }
    } catch {
      answers.abandon()
      connection.forget(inFlight.keys)
      mayBeThere.formUnion(inFlight.values.lazy.filter { $0.digest != nil }.map(\.index))
      again += inFlight.values.map(\.index).sorted(by: >)
      inFlight = [:]
      bytesInFlight = 0
      throw error
    }
  }

  /// How many answers are worth being woken for: none while there is room for more, for then the list comes first.
  private var wanted: Int {
    if hasMore && hasRoom(for: 0) { return 0 }
    return max(1, min(inFlight.count / 4, 64))
  }

  private var hasMore: Bool { !again.isEmpty || cursor < list.count }

  private func hasRoom(for size: Int) -> Bool {
    inFlight.isEmpty || (inFlight.count < Self.mostInFlight && bytesInFlight + size <= Self.mostBytesInFlight)
  }

  private func nextIndex() -> Int? {
    if let index = again.popLast() { return index }
    guard cursor < list.count else { return nil }
    defer { cursor += 1 }
    return cursor
  }

  // MARK: Out

  /// Sends a batch, if there is room and something to send.
  private func fill(
    _ destination: UploadDestination, on connection: Connection, _ answers: AnswerQueue
  ) async throws {
    guard hasMore, hasRoom(for: 0) else { return }
    try Task.checkCancellation()
    let most = limit?.piece ?? RequestBatch.worthSending
    try await connection.send(answersTo: answers, limit: limit) { batch in
      while batch.count < most, hasRoom(for: 0), let index = nextIndex() {
        if ledger.isSettled(index) { continue }
        do throws(ClientError) {
          try add(index, to: &batch, in: destination)
        } catch {
          if error.mayPassSoon { ledger.putOff(index, error) } else { ledger.settle(index, .failed(error)) }
        }
      }
    }
  }

  private func add(_ index: Int, to batch: inout RequestBatch, in destination: UploadDestination) throws(ClientError) {
    let largest = limit?.largestWhole ?? Int64(LineProtocol.maximumWhole)
    switch try list.look(at: index, largest: largest) {
    case .large:
      lanes.add(index)
    case .folder:
      lanes.firstIsBusy()
      let path = list.path(of: index, in: destination)
      if path.isEmpty {
        // The root is there.
        ledger.settle(index, .made(path: path, file: list.name(index), isNew: false))
        return
      }
      let id = try batch.add(.makeFolder(MakeFolderRequest(path: path, ifExists: .skip)))
      inFlight[id] = Flight(index: index, size: 0, folder: path)
    case .small(let file):
      lanes.firstIsBusy()
      ledger.began(index, file.size)
      let digest = try reader.read(file)
      var request = file.request(path: list.path(of: index, in: destination), ifExists: ledger.ifExists(index))
      request.sha256 = digest
      request.again = mayBeThere.contains(index) ? true : nil
      let isFirst = batch.count == 0
      let id = try batch.add(.put(request), body: reader.content(of: file))
      // For all of the batch: from now on the server may have something, long before it says so.
      if isFirst { ledger.event(index, .moved(done: 0, total: file.size)) }
      inFlight[id] = Flight(index: index, size: file.size, digest: digest, isAgain: request.again == true)
      bytesInFlight += Int(file.size)
    }
  }

  // MARK: In

  private func take(_ item: AnswerQueue.Item) throws {
    guard case .answer(let answer) = item, let id = answer.id, answer.reply.isLast,
      let flight = inFlight[id]
    else { return }
    if case .error(let refusal) = answer.reply {
      let error = ClientError(refusal)
      // The connection, or the server, is about to end: this one and the others are for the next.
      if error.isLoss { throw error }
      finish(id, flight)
      if refusal.code == .exists, flight.digest != nil {
        if !flight.isAgain, ledger.ifExists(flight.index) == .fail {
          mayBeThere.insert(flight.index)
          again.append(flight.index)
          return
        }
        // A clear answer: the file there is another one.
        mayBeThere.remove(flight.index)
        if ledger.putAside(flight.index, error) { return }
      }
      ledger.settle(flight.index, .failed(error))
      return
    }
    finish(id, flight)
    ledger.settle(flight.index, outcome(of: flight, answer.reply))
  }

  private func outcome(of flight: Flight, _ reply: Reply) -> TransferOutcome {
    do throws(ClientError) {
      if let digest = flight.digest {
        return try TransferOutcome(reply, file: list.name(flight.index), size: flight.size, digest: digest)
      }
      switch reply {
      case .made: return .made(path: flight.folder, file: list.name(flight.index), isNew: true)
      case .skipped: return .made(path: flight.folder, file: list.name(flight.index), isNew: false)
      default: throw ClientError.unexpected(reply, to: "'mkdir'")
      }
    } catch {
      return .failed(error)
    }
  }

  private func finish(_ id: UInt64, _ flight: Flight) {
    inFlight[id] = nil
    bytesInFlight -= Int(flight.size)
    progress.advance(by: 1)
  }
}
