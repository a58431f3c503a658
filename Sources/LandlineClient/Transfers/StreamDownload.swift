import LandlineProtocol

/// The download of files into one descriptor, one after the other.
struct StreamDownload: Sendable {
  let client: LandlineClient
  let sources: [DownloadSource]
  let descriptor: Int32
  let ledger: TransferLedger
  let limit: RateLimit?

  init(
    client: LandlineClient, sources: [DownloadSource], descriptor: Int32, options: TransferOptions,
    observer: TransferObserver
  ) {
    self.client = client
    self.sources = sources
    self.descriptor = descriptor
    ledger = TransferLedger(count: sources.count, options: options, observer: observer)
    limit = RateLimit(options.rateLimit)
  }

  @concurrent
  func run() async throws -> TransferSummary {
    let progress = Reconnecting.Progress()
    var index = 0
    // Lives on over a lost connection: what was written out is not written again.
    var sink = StreamSink(descriptor)
    do {
      try await Reconnecting(client: client, window: ReceiveWindow(limit), onLoss: ledger.lost).run(progress) {
        connection in
        ledger.begin()
        while index < sources.count {
          let path = sources[index].name
          do {
            ledger.began(index, sources[index].size)
            let attempt = DownloadAttempt(
              index: index, path: path, connection: connection, ledger: ledger, progress: progress, limit: limit)
            let (size, digest) = try await attempt.run(sink)
            ledger.settle(index, .done(path: path, file: "-", size: size, sha256: digest))
          } catch let error as ClientError where !error.isLoss {
            ledger.settle(index, .failed(error))
          }
          progress.advance(by: 1)
          sink = StreamSink(descriptor)
          index += 1
        }
      }
    } catch let error as ClientError where ledger.hasBegun {
      ledger.failRest(error)
    }
    return ledger.summary
  }
}
