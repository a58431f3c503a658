import LandlineProtocol
import Synchronization

/// The upload of a list of files: the first connection sends the small ones and finds the large ones, which go beside
/// them on connections of their own.
struct UploadSession: Sendable {
  let client: LandlineClient
  let sources: [UploadSource]
  let destination: UploadDestination
  let options: TransferOptions
  let ledger: TransferLedger
  let limit: RateLimit?
  let lanes: LaneQueue
  /// Large files that have begun.
  private let jobs = Jobs()

  private final class Jobs: Sendable {
    let open = Mutex<[Int: UploadJob]>([:])
    /// The paths of those that are on their way now: two of the same name would disturb each other.
    let paths = Mutex<Set<[UInt8]>>([])
  }

  init(
    client: LandlineClient, sources: [UploadSource], destination: UploadDestination, options: TransferOptions,
    observer: TransferObserver
  ) {
    self.client = client
    self.sources = sources
    self.destination = destination
    self.options = options
    ledger = TransferLedger(count: sources.count, options: options, observer: observer)
    limit = RateLimit(options.rateLimit)
    lanes = LaneQueue(jobs: options.jobs, limit)
  }

  /// Sends everything.
  @concurrent
  func run() async throws -> TransferSummary {
    let resolved = Resolved()
    return try await lanes.run(client: client, ledger: ledger) {
      { index, connection, progress in
        // Lanes get their files from the first connection, which has resolved it by then.
        try await sendLarge(index, to: resolved.value.withLock { $0 } ?? destination, on: connection, progress)
      }
    } first: {
      try await runFirst(resolved)
    } summary: {
      ledger.summary
    }
  }

  private final class Resolved: Sendable {
    let value = Mutex<UploadDestination?>(nil)
  }

  private func runFirst(_ resolved: Resolved) async throws {
    let progress = Reconnecting.Progress()
    let list = UploadList(sources)
    let small = SmallUploads(list, ledger: ledger, lanes: lanes, limit: limit, progress: progress)
    try await Reconnecting(client: client, onLoss: ledger.lost).run(progress) { connection in
      ledger.begin()
      let target: UploadDestination
      if let known = resolved.value.withLock({ $0 }) {
        target = known
      } else {
        target = try await resolve(on: connection)
        resolved.value.withLock { $0 = target }
      }
      while true {
        try await small.run(to: target, on: connection)
        try await lanes.takeAsFirst { index in
          try await sendLarge(index, to: target, on: connection, progress)
        }
        let again = await ledger.triedAgain { sources[$0].name }
        if again.isEmpty { return }
        small.repeatFiles(again)
      }
    }
  }

  // MARK: Where to

  private func resolve(on connection: Connection) async throws -> UploadDestination {
    guard case .name(let path) = destination else { return destination }
    if sources.count == 1, case .stream = sources[0] { return destination }
    do {
      if try await connection.stat(path).kind == "folder" { return .folder(path) }
    } catch let error as ClientError where !error.isLoss && error.refusal != nil {
      // Nothing there, or nothing we may see: the put itself will tell.
    }
    guard sources.count == 1 else {
      throw ClientError(
        .usage,
        "several files need a folder as their destination, and '\(printable(path))' is none on the "
          + "server; to make it, end it with '/'")
    }
    return destination
  }

  private func path(of index: Int, in target: UploadDestination) -> String {
    switch target {
    case .name(let path): path
    case .folder(let folder): LocalName.join(folder, sources[index].remoteName)
    }
  }

  // MARK: Large files

  /// Sends a file in parts and notes how that ended.
  /// - Throws: only a loss, when it has not ended.
  private func sendLarge(
    _ index: Int, to target: UploadDestination, on connection: Connection, _ progress: Reconnecting.Progress
  ) async throws {
    let path = path(of: index, in: target)
    let key = Array(path.utf8)
    guard jobs.paths.withLock({ $0.insert(key).inserted }) else {
      ledger.putOff(index, ClientError(.busy, "another of the files is being stored as '\(printable(path))'"))
      return
    }
    defer { jobs.paths.withLock { _ = $0.remove(key) } }
    let job = jobs.open.withLock { jobs in
      if let job = jobs[index] { return job }
      let job = UploadJob(index: index, source: sources[index], mayResume: options.resume)
      jobs[index] = job
      return job
    }
    do {
      let upload = UploadInParts(
        job: job, path: path, ifExists: ledger.ifExists(index), connection: connection,
        ledger: ledger, progress: progress, limit: limit)
      var outcome: TransferOutcome?
      repeat { outcome = try await upload.run() } while outcome == nil
      if let outcome { ledger.settle(index, outcome) }
    } catch let error as ClientError {
      let isConsumed = job.state.withLock { $0.isConsumed }
      if error.isLoss && !isConsumed { throw error }
      if error.refusal?.code == .exists, !isConsumed, ledger.putAside(index, error) {
        // A clear answer: the file there is another one.
        job.state.withLock { $0.committed = nil }
        return
      }
      if error.mayPassSoon {
        ledger.putOff(index, error)
      } else {
        ledger.settle(index, .failed(error.isLoss ? consumed(error) : error))
      }
    }
    progress.advance(by: 1)
    jobs.open.withLock { $0[index] = nil }
  }

  private func consumed(_ error: ClientError) -> ClientError {
    ClientError(
      .cannotConnect, "\(error.message); what was read from standard input cannot be read again")
  }
}
