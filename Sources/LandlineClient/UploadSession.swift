import LandlineProtocol
import Synchronization

/// The upload of a list of files: which are left, in what order, how many at the same time.
struct UploadSession: Sendable {
  /// How much may be on its way unanswered, of files that travel whole.
  private static let maximumInFlight = 64
  private static let maximumBytesInFlight: Int64 = 8_388_608

  let client: LandlineClient
  let jobs: [UploadJob]
  let destination: UploadDestination
  let options: TransferOptions
  let observer: TransferObserver
  let progress = Reconnecting.Progress()

  init(
    client: LandlineClient, sources: [UploadSource], destination: UploadDestination,
    options: TransferOptions, observer: TransferObserver
  ) {
    self.client = client
    self.destination = destination
    self.options = options
    self.observer = observer
    jobs = sources.enumerated().map { UploadJob(index: $0, source: $1, options: options) }
  }

  /// Sends everything.
  @concurrent
  func run() async throws -> [TransferOutcome] {
    var hasBegun = false
    var resolved: UploadDestination?
    do {
      try await Reconnecting(client: client, onLoss: observer.reconnecting).run(progress) {
        connection in
        hasBegun = true
        let target: UploadDestination
        if let resolved {
          target = resolved
        } else {
          target = try await resolve(on: connection)
          resolved = target
        }
        try await sendAll(to: target, on: connection)
        while try await askAboutTaken() { try await sendAll(to: target, on: connection) }
      }
    } catch let error as ClientError where hasBegun && error.code != .usage {
      for job in jobs where job.outcome == nil { finish(job, .failed(error)) }
    }
    return jobs.map { $0.outcome ?? .failed(.lost("the file was not sent")) }
  }

  private func finish(_ job: UploadJob, _ outcome: TransferOutcome) {
    job.state.withLock { $0.outcome = outcome }
    observer.finished(job.index, outcome)
    progress.advance(by: 1)
  }

  // MARK: Where to

  private func resolve(on connection: Connection) async throws -> UploadDestination {
    guard case .name(let path) = destination else { return destination }
    if jobs.count == 1, case .stream = jobs[0].source { return destination }
    do {
      if try await connection.stat(path).kind == "folder" { return .folder(path) }
    } catch let error as ClientError where !error.isLoss && error.refusal != nil {
      // Nothing there, or nothing we may see: the put itself will tell.
    }
    guard jobs.count == 1 else {
      throw ClientError(
        .usage,
        "several files need a folder as their destination, and '\(printable(path))' is none on the "
          + "server; to make it, end it with '/'")
    }
    return destination
  }

  private func path(of job: UploadJob, in target: UploadDestination) -> String {
    switch target {
    case .name(let path): path
    case .folder(let folder): LocalName.join(folder, LocalName.last(of: job.source.name))
    }
  }

  // MARK: One pass

  /// Sends what has no outcome yet.
  /// - Throws: the loss, when the connection was lost on the way; what was not answered is left for the next one.
  private func sendAll(to target: UploadDestination, on connection: Connection) async throws {
    let left = jobs.filter { job in job.state.withLock { $0.outcome == nil && $0.taken == nil } }
    var loss: ClientError?
    await withTaskGroup(of: (size: Int64, loss: ClientError?).self) { group in
      var count = 0
      var bytes: Int64 = 0
      func settle(_ result: (size: Int64, loss: ClientError?)) {
        count -= 1
        bytes -= result.size
        if let error = result.loss, loss == nil { loss = error }
      }
      for job in left where loss == nil {
        let path = path(of: job, in: target)
        let size = UploadWhole.size(of: job.source)
        guard let size else {
          loss = await settleOne(job) { try await sendInParts(job, as: path, on: connection) }
          continue
        }
        while count >= Self.maximumInFlight || (count > 0 && bytes + size > Self.maximumBytesInFlight) {
          guard let result = await group.next() else { break }
          settle(result)
        }
        count += 1
        bytes += size
        group.addTask {
          let loss = await settleOne(job) {
            try await UploadWhole(job: job, path: path, connection: connection).run()
          }
          return (size, loss)
        }
      }
      for await result in group { settle(result) }
    }
    if let loss { throw loss }
  }

  private func sendInParts(
    _ job: UploadJob, as path: String, on connection: Connection
  ) async throws -> TransferOutcome {
    while true {
      let upload = UploadInParts(
        job: job, path: path, connection: connection, observer: observer, progress: progress)
      if let outcome = try await upload.run() { return outcome }
    }
  }

  /// Runs one file's transfer and notes how it ended.
  /// - Returns: the loss, when it has not ended.
  private func settleOne(
    _ job: UploadJob, _ body: () async throws -> TransferOutcome
  ) async -> ClientError? {
    do {
      finish(job, try await body())
    } catch let error as ClientError {
      if error.isLoss && !job.state.withLock({ $0.isConsumed }) { return error }
      if error.refusal?.code == .exists, options.ask != nil,
        job.state.withLock({ $0.ifExists == .fail && !$0.isConsumed })
      {
        // Asked when the others are through, so that nobody waits for a person.
        job.state.withLock { state in
          state.taken = error
          // A clear answer: the file there is not one of ours whose answer was lost.
          state.isRepeated = false
          state.committed = nil
        }
        return nil
      }
      finish(job, .failed(error.isLoss ? consumed(error) : error))
    } catch {
      return .lost(ConnectFailure.describe(error))
    }
    return nil
  }

  private func consumed(_ error: ClientError) -> ClientError {
    ClientError(
      .cannotConnect, "\(error.message); what was read from standard input cannot be read again")
  }

  // MARK: Names that are taken

  /// Asks about each file whose name was taken.
  /// - Returns: whether any of them is to be tried again.
  private func askAboutTaken() async throws -> Bool {
    guard let ask = options.ask else { return false }
    var isAnyLeft = false
    for job in jobs {
      guard let error = job.state.withLock({ $0.taken }) else { continue }
      let choice = await ask(job.source.name)
      job.state.withLock { state in
        state.ifExists = choice
        state.taken = nil
      }
      if choice == .fail {
        finish(job, .failed(error))
      } else {
        isAnyLeft = true
      }
    }
    return isAnyLeft
  }
}
