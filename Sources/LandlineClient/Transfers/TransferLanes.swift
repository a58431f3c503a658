import Synchronization

extension LaneQueue {
  /// Moves one file on one connection.
  typealias Mover = (_ index: Int, Connection, Reconnecting.Progress) async throws -> Void

  /// The lanes that a transfer with these options may have.
  convenience init(jobs: Int, _ limit: RateLimit?) {
    let jobs = min(max(jobs, 1), 64)
    self.init(jobs: jobs, mostLanes: min(jobs, limit?.mostLanes ?? jobs))
  }

  /// Runs a transfer: the first connection's part, and lanes beside it as they are needed.
  /// - Parameters:
  ///   - makeMover: makes what moves one large file after the other on a lane's connections; that throws only a
  ///     loss, when the file has not ended, and gets the same file again then.
  ///   - first: the first connection's part; returns when everything has ended.
  ///   - summary: made when all are through.
  /// - Throws: what `first` throws before there was ever a connection, or because the call itself makes no sense.
  func run(
    client: LandlineClient, window: ReceiveWindow = .usual, ledger: TransferLedger,
    _ makeMover: @escaping @Sendable () -> Mover, first: () async throws -> Void, summary: () -> TransferSummary
  ) async throws -> TransferSummary {
    var failure: (any Error)?
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<mostLanes {
        group.addTask { await self.runLane(client: client, window, ledger, makeMover) }
      }
      do {
        try await first()
      } catch {
        failure = error
      }
      close()
    }
    if let failure {
      guard let error = failure as? ClientError, error.code != .usage, ledger.hasBegun else { throw failure }
      ledger.failRest(error)
    }
    return summary()
  }

  /// Moves files on a connection of its own, which is made for the first of them.
  private func runLane(
    client: LandlineClient, _ window: ReceiveWindow, _ ledger: TransferLedger, _ makeMover: () -> Mover
  ) async {
    guard var index = await next() else { return }
    let move = makeMover()
    let progress = Reconnecting.Progress()
    do {
      try await Reconnecting(client: client, window: window, onLoss: ledger.lost).run(progress) { connection in
        while true {
          try await move(index, connection, progress)
          done()
          guard let following = await next() else { return }
          index = following
        }
      }
    } catch {
      // Too many connections, perhaps, or a server that is gone: what that means the first connection finds out.
      giveBack(index)
    }
  }

  /// Moves what lanes leave to the first connection, until all large files are through.
  func takeAsFirst(_ move: (Int) async throws -> Void) async throws {
    while let index = await nextForFirst() {
      do {
        try await move(index)
      } catch {
        giveBackFromFirst(index)
        throw error
      }
    }
  }
}
