import Crypto
import LandlineProtocol
import NIOCore
import Synchronization

/// A put in parts (docs/PROTOCOL.md section 6, "In parts"): one attempt on one connection.
///
/// ```
///   this task                          a child task
///   put -> working… -> ready
///   hash what the server kept
///   waits for the last answer          read 512 KiB -> SHA-256 -> data …  (each byte read once)
///        |                             commit
///        |<-- interrupt: local error ------|
///        |--- cancelled: server error ---->|
/// ```
struct UploadInParts: Sendable {
  let job: UploadJob
  let path: String
  let ifExists: IfExists
  let connection: Connection
  let ledger: TransferLedger
  let progress: Reconnecting.Progress
  let limit: RateLimit?

  /// - Returns: nil when it has to be begun again, without what the server had kept.
  func run() async throws -> TransferOutcome? {
    let input = try UploadInput(job.source)
    ledger.began(job.index, input.size)
    if case .file(let file) = input, file.size <= LineProtocol.maximumWhole,
      job.state.withLock({ $0.committed != nil })
    {
      return try await repeatWhole(file)
    }
    let request = makeRequest(input)
    do {
      return try await run(request, input)
    } catch let error as ClientError where error.refusal?.code == .exists {
      guard request.again != true, case .file(let file) = input, try await mayBeThere(file) else { throw error }
      return nil
    }
  }

  /// Whether the file that has the name on the server may be this one, sent by an earlier run of the same command: it has
  /// as many bytes. Then its hash is known, and the next attempt asks with it.
  private func mayBeThere(_ file: LocalSource) async throws -> Bool {
    let isFirst = job.state.withLock { state in
      defer { state.hasCompared = true }
      return !state.hasCompared
    }
    guard isFirst, ifExists == .fail else { return false }
    do {
      guard try await connection.stat(path).size == file.size else { return false }
    } catch let error as ClientError where !error.isLoss {
      // Gone again, or not to be looked at.
      return false
    }
    let hasher = try await PrefixHash.compute(file.descriptor, file.size, of: printable(file.path)) { done in
      ledger.event(job.index, .hashing(done: done, total: file.size))
    }
    try file.checkUnchanged()
    guard let hasher else { return false }
    job.state.withLock { state in
      state.committed = hasher.current
      state.committedSize = file.size
    }
    return true
  }

  private func run(_ request: PutRequest, _ input: UploadInput) async throws -> TransferOutcome? {
    try await connection.withRequest(.put(request)) { open in
      while true {
        switch try await open.nextReply() {
        case .working(let answer):
          ledger.event(job.index, .working(done: answer.done, total: answer.total))
        case .ready(let ready):
          noteKept(ready.offset)
          guard let hasher = try await prove(ready, input, open) else {
            try await discard(open)
            return nil
          }
          return try await send(input, from: ready.offset, hasher, open)
        case let reply:
          // Before `ready`: skipped, or the answer to a commit whose answer was lost.
          return try outcome(of: reply)
        }
      }
    }
  }

  /// Sends a file that may be there already, and is small enough to be sent whole just to be sure.
  private func repeatWhole(_ file: LocalSource) async throws -> TransferOutcome {
    let reader = SmallFileReader()
    let digest = try reader.read(file)
    var request = file.request(path: path, ifExists: ifExists)
    request.sha256 = digest
    request.again = true
    try await limit?.pass(Int(file.size))
    let body = ByteBuffer(bytes: reader.content(of: file))
    let reply = try await connection.request(.put(request), body: body.readableBytes > 0 ? body : nil).reply
    return try TransferOutcome(reply, file: job.name, size: file.size, digest: digest)
  }

  private func makeRequest(_ input: UploadInput) -> PutRequest {
    var request = PutRequest(path: path)
    if case .file(let file) = input {
      request.size = file.size
      request.setModified(file.modified)
      request.executable = file.isExecutable ? true : nil
    }
    request.ifExists = ifExists == .fail ? nil : ifExists.rawValue
    job.state.withLock { state in
      if case .file(let file) = input {
        if state.mayResume { request.resume = true }
        if let committed = state.committed, state.committedSize == file.size,
          file.size > LineProtocol.maximumWhole
        {
          request.sha256 = committed
          request.again = true
        }
      }
    }
    return request
  }

  private func outcome(of reply: Reply) throws -> TransferOutcome {
    let (digest, size) = job.state.withLock { ($0.committed, $0.committedSize) }
    if case .skipped(let answer) = reply {
      return .skipped(path: answer.path, file: job.name)
    }
    guard let digest else { throw ClientError.unexpected(reply, to: "'put'") }
    return try TransferOutcome(reply, file: job.name, size: size, digest: digest)
  }

  private func noteKept(_ offset: Int64) {
    let growth = job.state.withLock { state in
      defer { state.kept = max(state.kept, offset) }
      return offset - state.kept
    }
    progress.advance(by: growth)
  }

  // MARK: What the server has kept

  /// Hashes as much of the file as the server has kept.
  /// - Returns: nil when it is not the beginning of this file.
  private func prove(
    _ ready: ReadyAnswer, _ input: UploadInput, _ open: OpenRequest
  ) async throws -> SHA256? {
    if ready.offset == 0 { return SHA256() }
    guard case .file(let file) = input, ready.offset <= file.size else { return nil }
    var lastSent = ContinuousClock.now
    let hasher = try await PrefixHash.compute(file.descriptor, ready.offset, of: file.path) { done in
      ledger.event(job.index, .hashing(done: done, total: ready.offset))
      if .now - lastSent > UploadSender.keepAlive {
        try await open.send(.data)
        lastSent = .now
      }
    }
    guard let hasher, hasher.current == ready.prefixSha256 else { return nil }
    ledger.event(job.index, .resuming(offset: ready.offset, total: file.size))
    return hasher
  }

  private func discard(_ open: OpenRequest) async throws {
    job.state.withLock { state in
      state.disagreements += 1
      // Once is a file that was changed between two attempts; twice is a server that does not forget.
      if state.disagreements > 1 { state.mayResume = false }
    }
    try await open.send(.cancel(CancelRequest(discard: true)))
    do {
      _ = try await open.lastAnswer()
    } catch let error as ClientError where error.refusal?.code == .cancelled {
      // As asked.
    }
  }

  // MARK: The rest

  private func send(
    _ input: UploadInput, from offset: Int64, _ hasher: SHA256, _ open: OpenRequest
  ) async throws -> TransferOutcome {
    let sender = UploadSender(job: job, input: input, request: open, ledger: ledger, limit: limit)
    do {
      return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          do {
            try await sender.run(from: offset, hasher)
          } catch let error as ClientError where !error.isLoss {
            open.interrupt(error)
          } catch {
            // Cancelled, or the connection is lost: who waits for the answer hears of that itself.
          }
        }
        // The sender must be at its end before the `cancel` below.
        defer { group.cancelAll() }
        while true {
          let reply = try await open.nextReply()
          if case .working(let answer) = reply {
            ledger.event(job.index, .working(done: answer.done, total: answer.total))
          } else {
            return try outcome(of: reply)
          }
        }
      }
    } catch let error as ClientError where error.code != .connectionLost {
      // Else the server would wait for more of what it has refused already.
      let cancel = CancelRequest(discard: error.code == .changed)
      try? await open.send(.cancel(cancel))
      throw error
    }
  }
}
