import LandlineProtocol

/// The download of a list of files, one after the other.
struct DownloadSession: Sendable {
  let client: LandlineClient
  let paths: [String]
  let destination: DownloadDestination
  let options: TransferOptions
  let observer: TransferObserver
  let progress = Reconnecting.Progress()

  @concurrent
  func run() async throws -> [TransferOutcome] {
    var outcomes: [TransferOutcome] = []
    var hasBegun = false
    // Lives on over a lost connection: what is hashed once need not be hashed again.
    var sink: (any DownloadSink)?
    func finish(_ outcome: TransferOutcome) {
      observer.finished(outcomes.count, outcome)
      outcomes.append(outcome)
      if case .failed = outcome { sink?.abandon() }
      sink = nil
      progress.advance(by: 1)
    }
    do {
      try await Reconnecting(client: client, onLoss: observer.reconnecting).run(progress) {
        connection in
        hasBegun = true
        while outcomes.count < paths.count {
          do {
            let index = outcomes.count
            if sink == nil { sink = try await open(paths[index], index) }
            guard let target = sink else {
              finish(.skipped(path: paths[index], file: LocalName.last(of: paths[index])))
              continue
            }
            finish(try await fetch(index, into: target, on: connection))
          } catch let error as ClientError where !error.isLoss {
            finish(.failed(error))
          }
        }
      }
    } catch let error as ClientError where hasBegun {
      while outcomes.count < paths.count { finish(.failed(error)) }
    }
    return outcomes
  }

  private func fetch(
    _ index: Int, into target: any DownloadSink, on connection: Connection
  ) async throws -> TransferOutcome {
    let download = DownloadAttempt(
      index: index, path: paths[index], connection: connection, observer: observer,
      progress: progress)
    let (size, digest) = try await download.run(target)
    if let name = try target.complete() {
      return .done(path: paths[index], file: name, size: size, sha256: digest)
    }
    return .skipped(path: paths[index], file: LocalName.last(of: paths[index]))
  }

  /// - Returns: nil when the file is to be skipped.
  private func open(_ path: String, _ index: Int) async throws -> (any DownloadSink)? {
    switch destination {
    case .stream(let descriptor):
      return StreamSink(descriptor)
    case .folder(let folder):
      let name = LocalName.last(of: path)
      if let problem = RemotePath.problem(withComponent: name.utf8) {
        throw ClientError(
          .localFile, "'\(printable(path))' cannot be the name of a file here: \(problem)")
      }
      let target = try LocalTarget(folder: folder, name: name)
      var policy = options.ifExists
      if try target.isTaken() {
        if policy == .fail, let ask = options.ask { policy = await ask(target.display) }
        switch policy {
        case .fail: throw target.taken
        case .skip: return nil
        case .replace, .keepBoth: break
        }
      }
      let part = try PartialFile(target, ifExists: policy, keepsWhatIsThere: options.resume)
      try await part.hashPrefix { done, total in
        observer.event(index, .hashing(done: done, total: total))
      }
      return part
    }
  }
}
