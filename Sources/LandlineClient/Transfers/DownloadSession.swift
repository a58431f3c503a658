import Glibc
import LandlineProtocol
import LandlineTransport

/// The download of a list of files into a folder: the first connection fetches the small ones and finds the large ones,
/// which come beside them on connections of their own.
struct DownloadSession: Sendable {
  let client: LandlineClient
  let sources: [DownloadSource]
  let folder: Descriptor
  let folderPath: String
  /// Whether the folder was made for this.
  let isFolderNew: Bool
  let options: TransferOptions
  let ledger: TransferLedger
  let limit: RateLimit?
  let lanes: LaneQueue

  /// Opens the folder.
  init(
    client: LandlineClient, sources: [DownloadSource], folder path: String, options: TransferOptions,
    observer: TransferObserver
  ) throws(ClientError) {
    self.client = client
    self.sources = sources
    isFolderNew = options.makesDestination ? try LocalFolders.make(path) : false
    folder = try Descriptor.open(
      path, flags: O_RDONLY | O_DIRECTORY, toSay: "cannot write into the folder '\(printable(path))'")
    folderPath = path
    self.options = options
    ledger = TransferLedger(count: sources.count, options: options, observer: observer)
    limit = RateLimit(options.rateLimit)
    lanes = LaneQueue(jobs: options.jobs, limit)
  }

  /// Fetches everything.
  @concurrent
  func run() async throws -> TransferSummary {
    try await lanes.run(client: client, window: ReceiveWindow(limit), ledger: ledger) {
      makeMover()
    } first: {
      try await runFirst()
    } summary: {
      ledger.summary
    }
  }

  private func runFirst() async throws {
    let progress = Reconnecting.Progress()
    let targets = DownloadTargets(sources, folder, at: folderPath, isNew: isFolderNew)
    let room = DownloadRoom(descriptors: DescriptorLimit.raise())
    let small = SmallDownloads(targets, ledger: ledger, lanes: lanes, limit: limit, room: room, progress: progress)
    let move = makeMover()
    try await Reconnecting(client: client, window: ReceiveWindow(limit), onLoss: ledger.lost).run(progress) {
      connection in
      ledger.begin()
      while true {
        try await small.run(on: connection)
        try await lanes.takeAsFirst { index in try await move(index, connection, progress) }
        let again = await ledger.triedAgain { targets.display($0) }
        if again.isEmpty { return }
        small.repeatFiles(again)
      }
    }
  }

  // MARK: Large files

  private func makeMover() -> LaneQueue.Mover {
    // Lives on over a lost connection: what is hashed once need not be hashed again.
    var kept: (index: Int, sink: any DownloadSink)?
    return { index, connection, progress in
      do {
        var sink = kept.flatMap { $0.index == index ? $0.sink : nil }
        if sink == nil {
          sink = try await open(index)
          kept = sink.map { (index, $0) }
        }
        guard let sink else { return }
        ledger.settle(index, try await fetch(index, into: sink, on: connection, progress))
        kept = nil
      } catch let error as ClientError {
        if error.isLoss { throw error }
        kept?.sink.abandon()
        kept = nil
        if error.mayPassSoon {
          ledger.putOff(index, error)
        } else if error.code != .exists || !ledger.putAside(index, error) {
          ledger.settle(index, .failed(error))
        }
      }
      progress.advance(by: 1)
    }
  }

  private func fetch(
    _ index: Int, into sink: any DownloadSink, on connection: Connection, _ progress: Reconnecting.Progress
  ) async throws -> TransferOutcome {
    let path = sources[index].name
    let download = DownloadAttempt(
      index: index, path: path, connection: connection, ledger: ledger, progress: progress, limit: limit)
    let (size, digest) = try await download.run(sink)
    if let name = try sink.complete() { return .done(path: path, file: name, size: size, sha256: digest) }
    let targets = DownloadTargets(sources, folder, at: folderPath)
    return .skipped(path: path, file: targets.display(index))
  }

  /// - Returns: nil when the file has ended already: skipped, or put aside.
  private func open(_ index: Int) async throws -> (any DownloadSink)? {
    let targets = DownloadTargets(sources, folder, at: folderPath)
    let report = { (done: Int64, total: Int64) in ledger.event(index, .hashing(done: done, total: total)) }
    switch try targets.look(at: index, ledger) {
    case .ended: return nil
    case .same(let file, _):
      ledger.began(index, sources[index].size)
      try await file.hash(report)
      return file
    case .free(let target):
      ledger.began(index, sources[index].size)
      let part = try PartialFile(target, ifExists: ledger.ifExists(index), keepsWhatIsThere: options.resume)
      try await part.hashPrefix(report)
      return part
    }
  }
}
