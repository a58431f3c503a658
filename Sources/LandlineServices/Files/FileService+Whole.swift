import Crypto
public import LandlineProtocol

/// A put whose own message has the file.
public struct WholePut: Sendable {
  public let request: PutRequest
  let content: any FileContent
  let place: PathAtWork

  /// Says that it will not be stored: nobody has to wait for it.
  public func withdraw() {
    place.leave()
  }
}

extension FileService {
  /// How a put of a whole file ended.
  public enum WholeOutcome: Hashable, Sendable {
    case stored(StoredAnswer)
    case skipped(PathAnswer)
  }

  /// Notes that a put is here, which is to be stored soon: its repetition, should the answer be lost, waits for it.
  public func announce(_ request: PutRequest, content: any FileContent, by principal: Principal) -> WholePut {
    let place = wholePuts.enter(account: principal.accountID, path: Array(request.path.utf8))
    return WholePut(request: request, content: content, place: place)
  }

  /// Waits until at least one of `puts` can be stored. One that may be a repetition has to wait for those of the same
  /// name that were announced before: a first try of it may be at its rename this very moment.
  /// - Returns: the places of those that can be, in their order.
  /// - Throws: `CancellationError`.
  public func turn(of puts: [WholePut]) async throws -> [Int] {
    func ready() -> [Int] {
      puts.indices.filter { puts[$0].request.again != true || wholePuts.isFirst(puts[$0].place) }
    }
    let now = ready()
    guard now.isEmpty else { return now }
    try await wholePuts.waitForFirst(of: puts.map(\.place))
    return ready()
  }

  /// Stores files that are here whole, each of which has its turn. Many at once wait for the disk hardly longer than one.
  ///
  /// None of them keeps another from being stored.
  /// - Returns: for each how it ended, in their order.
  public func storeWhole(
    _ puts: [WholePut], by principal: Principal
  ) async -> [Result<WholeOutcome, any Error>] {
    var results = [Result<WholeOutcome, any Error>?](repeating: nil, count: puts.count)
    var files: [NewFile] = []
    var places: [Int] = []
    var found: [(place: Int, file: StoredBefore)] = []
    defer { for put in puts { put.place.leave() } }
    for (index, put) in puts.enumerated() {
      do {
        let file = try check(put, by: principal)
        if put.request.again == true,
          let stored = try await storedBefore(
            file.path, put.request, file.ifExists, by: principal, progress: { _, _ in })
        {
          found.append((index, stored))
          continue
        }
        files.append(file)
        places.append(index)
      } catch {
        results[index] = .failure(error)
      }
    }
    for ((place, file), problem) in zip(found, await store.makeDurable(found.map(\.file.content))) {
      results[place] = problem.map { .failure($0) } ?? .success(.stored(file.answer))
    }
    var records: [(path: RemotePath, hash: RecordedHash)] = []
    await waitUntilSpaceIsKnown(for: principal) {}
    for (place, result) in zip(places, await store.store(files)) {
      results[place] = outcome(of: result, puts[place].request, records: &records)
    }
    // The files are stored. A hash that was not recorded is computed again when it is asked for.
    try? await hashes.record(records)
    return results.map { $0 ?? .failure(LineError(.internal, "the file was not stored")) }
  }

  private func check(_ put: WholePut, by principal: Principal) throws(LineError) -> NewFile {
    let request = put.request
    let path = try file(request.path)
    try principal.requireWrite(path)
    let ifExists = try Self.ifExists(request.ifExists)
    let modified = try request.modified()
    var hasher = SHA256()
    put.content.forEachPiece { hasher.update(bufferPointer: $0) }
    let digest = Digest256(hasher.finalize())
    guard digest == request.sha256 else { throw .mismatch(path, digest, sent: request.sha256) }
    return NewFile(
      path: path, ifExists: ifExists, modified: modified, executable: request.executable ?? false,
      content: put.content, owner: principal.owner)
  }

  private func outcome(
    of result: Result<StoredFile?, LineError>, _ request: PutRequest,
    records: inout [(path: RemotePath, hash: RecordedHash)]
  ) -> Result<WholeOutcome, any Error> {
    switch result {
    case .failure(let error): return .failure(error)
    case .success(nil): return .success(.skipped(PathAnswer(path: request.path)))
    case .success(let stored?):
      guard let digest = request.sha256, let size = request.size else {
        return .failure(LineError(.internal, "a whole put without its hash"))
      }
      // Somebody may have edited it by hand before its status was taken.
      if stored.status.size == size, request.mtime == nil || request.mtime == stored.status.modified.seconds {
        records.append((stored.path, RecordedHash(version: stored.status.version, digest: digest)))
      }
      return .success(.stored(StoredAnswer(path: stored.path.description, size: size, sha256: digest)))
    }
  }

  // MARK: Out

  /// Opens files that are to go in one message each: as many, from the first on, as have no more than `most` bytes
  /// together.
  /// - Parameter most: at least 1 MiB, so that there is always one.
  /// - Returns: for each the file, in their order; or why not: `too-large` for one of more than 1 MiB.
  public func openWhole(
    _ texts: [String], atMost most: Int, by principal: Principal
  ) async -> [Result<WholeDownload, any Error>] {
    var results: [Result<WholeDownload, any Error>] = []
    var bytes = 0
    for text in texts {
      let download = Result { try openWhole(text, by: principal) }
      bytes += (try? download.get())?.size ?? 0
      if bytes > most { break }
      results.append(download)
    }
    let opened = results.indices.compactMap { index in (try? results[index].get()).map { (index, $0) } }
    do {
      let records = try await hashes.hashes(of: opened.map(\.1.path))
      for ((_, download), record) in zip(opened, records) { download.note(record) }
    } catch {
      for (index, _) in opened { results[index] = .failure(error) }
    }
    return results
  }

  private func openWhole(_ text: String, by principal: Principal) throws -> WholeDownload {
    let path = try file(text)
    try principal.requireRead(path)
    let content = try store.openFile(path)
    guard content.status.size <= LineProtocol.maximumWhole else {
      throw LineError(
        .tooLarge, "'\(path)' has \(content.status.size) bytes, too many for one message; get it without 'whole'")
    }
    return WholeDownload(path: path, content: content)
  }
}

/// A file that goes out in one message. For one task.
public final class WholeDownload {
  let path: RemotePath
  private let content: any ReadableContent
  /// The digest on record, if it is that of the file as it was opened.
  private var recorded: Digest256?

  init(path: RemotePath, content: any ReadableContent) {
    self.path = path
    self.content = content
  }

  fileprivate func note(_ record: RecordedHash?) {
    if let record, record.version == content.status.version { recorded = record.digest }
  }

  /// Bytes of the file, at most 1 MiB.
  public var size: Int { Int(content.status.size) }

  /// Reads all of it.
  /// - Parameter buffer: of `size` bytes.
  /// - Returns: what the client is told.
  /// - Throws: `changed` when somebody wrote to it meanwhile.
  public func read(into buffer: UnsafeMutableRawBufferPointer) throws -> FileAnswer {
    var count = 0
    while count < size {
      let got = try content.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[count...]), at: Int64(count))
      if got == 0 { break }
      count += got
    }
    let status = content.status
    let now = try content.currentStatus()
    guard count == size, now.size == status.size, now.modified == status.modified else {
      throw LineError(.changed, "'\(path)' was changed while it was read; get it again")
    }
    return FileAnswer(
      size: status.size, modified: status.modified, executable: status.executable, offset: 0,
      sha256: recorded ?? Digest256(SHA256.hash(data: UnsafeRawBufferPointer(rebasing: buffer[..<count]))))
  }
}
