import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// Runs one put in parts: takes its bytes from the pipe, gives them to the upload, answers.
struct PutHandler: Sendable {
  let session: LineSession
  let live: LivePrincipal
  let principal: Principal
  let id: UInt64
  let answers: RequestAnswers
  let pipe: BodyPipe
  let isCancelled: CancelFlag
  let progress: TransferProgress?

  func run(_ request: PutRequest) async throws {
    let pipe = pipe
    let heartbeat = Heartbeat(session.sender, id: id)
    let start = try await session.services.files.upload(
      request, by: principal,
      superseded: { pipe.fail(LineError(.superseded, "another connection continues this upload")) },
      progress: { done, total in
        try isCancelled.check()
        try await heartbeat.beat(done: done, total: total)
      })
    switch start {
    case .stored(let stored): try await answers.send(.stored(stored))
    case .skipped(let path): try await answers.send(.skipped(path))
    case .upload(let upload):
      do {
        let digest = try await receiveParts(upload, heartbeat)
        // A large file takes the disk its time.
        session.pulse.begin(id)
        if let stored = try await upload.commit(digest) {
          session.logStored(stored, by: principal)
          try await answers.send(.stored(stored))
        } else {
          try await answers.send(.skipped(PathAnswer(path: request.path)))
        }
      } catch {
        // Of an account that was removed, or may not write there any more, nothing is kept.
        let code = (error as? LineError)?.code
        await upload.close(discarding: code == .unauthenticated || code == .forbidden)
        throw error
      }
    }
  }

  /// Says where to continue, and takes the bytes until the commit.
  private func receiveParts(_ upload: FileUpload, _ heartbeat: Heartbeat) async throws -> Digest256 {
    let rate = session.services.rates.rate(for: principal)
    let prefix = try await upload.prepare { done, total in
      try isCancelled.check()
      try await heartbeat.beat(done: done, total: total)
    }
    session.table.ready(id)
    try await answers.send(
      .ready(ReadyAnswer(offset: upload.offset, prefixSha256: prefix)))

    let limit = session.stallTimeout
    let idleCheck = session.line.channel.eventLoop.scheduleRepeatedTask(
      initialDelay: limit, delay: .nanoseconds(limit.nanoseconds / 4)
    ) { [pipe] _ in pipe.failIfIdle(for: limit) }
    defer { idleCheck.cancel() }
    while true {
      switch try await pipe.next(atMost: rate.piece(atMost: 1_048_576)) {
      case .bytes(let buffers):
        let count = buffers.reduce(0) { $0 + $1.readableBytes }
        try await upload.write(WholeBody(pieces: buffers), count: count, quota: live.current.quota)
        progress?.note(done: upload.received)
        if rate.isLimited {
          // What is not taken from the pipe holds the client back.
          try await rate.pause(for: count, .receiving) {
            try await heartbeat.beat(done: upload.received, total: upload.size ?? upload.received)
            // The pipe has the client's last word.
            return !isCancelled.isSet
          }
        }
        // A client that sends faster than the disk writes must not hold a thread for as long as its file is.
        await Task.yield()
      case .commit(let digest): return digest
      case .cancel(let discard):
        await upload.close(discarding: discard)
        throw LineError.cancelled
      }
    }
  }
}
