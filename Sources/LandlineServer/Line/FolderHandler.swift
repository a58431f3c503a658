import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore

/// Runs the requests about folders: calls the service, sends what it answers.
struct FolderHandler: Sendable {
  let session: LineSession
  let principal: Principal
  let id: UInt64
  let answers: RequestAnswers
  let isCancelled: CancelFlag

  /// From this size on the entries that were met are sent, in bytes.
  private static let piece = 262_144

  private var files: FileService { session.services.files }

  func list(_ fields: ListRequest) async throws {
    try await session.bulkAnswers.withSlot {
      let (entries, more) = try files.list(fields.path, after: fields.after, by: principal)
      var encoder = EntryEncoder()
      for entry in entries { encoder.append(entry) }
      try await answers.send(
        .entries(EntriesAnswer(more: more)), body: ByteBuffer(bytes: encoder.finish()))
    }
  }

  func tree(_ fields: TreeRequest) async throws {
    let heartbeat = Heartbeat(session.sender, id: id)
    let rate = session.services.rates.rate(for: principal)
    session.pulse.begin(id)
    try await session.walks.withSlot(waiting: isCancelled.onSet) {
      session.pulse.end(id)
      let tree = try files.tree(fields, by: principal)
      var encoder = EntryEncoder()
      while !tree.isOver {
        let items = try await tree.next { try await beat(heartbeat, tree) }
        for item in items { encoder.append(item.entry, sha256: item.sha256) }
        if encoder.byteCount >= rate.piece(atMost: Self.piece) {
          try await send(&encoder, at: rate, heartbeat, tree)
        }
        try await beat(heartbeat, tree)
        // A tree may be endless, and others wait for a thread.
        await Task.yield()
      }
      if encoder.count > 0 { try await send(&encoder, at: rate, heartbeat, tree) }
      try await answers.send(.tree(tree.total))
    }
  }

  func remove(_ fields: RemoveRequest) async throws {
    var gone: Int64 = 0
    do {
      try await files.remove(fields, by: principal) {
        gone = $0
      } progress: { removed in
        try isCancelled.check()
        session.pulse.note(id, done: removed)
        await Task.yield()
      }
    } catch {
      // Some of it is gone, and its client may not wait for the answer.
      if gone > 0 {
        let reason = session.lineError(from: error, operation: "remove").message
        session.audit(
          "rm", by: principal, ["path": .text(fields.path), "removed": .number(gone), "ended": .text(reason)])
      }
      throw error
    }
    session.log("removed", path: fields.path, by: principal)
    session.audit("rm", by: principal, ["path": .text(fields.path)])
    try await answers.send(.removed)
  }

  func move(_ fields: MoveRequest) async throws {
    let outcome = try await files.move(fields, by: principal) { await Task.yield() }
    switch outcome {
    case .done(let path):
      session.logger.info(
        "moved", metadata: ["path": "\(fields.path)", "to": "\(path.path)", "account": "\(principal.account)"])
      session.audit("mv", by: principal, ["path": .text(fields.path), "to": .text(path.path)])
      try await answers.send(.moved(path))
    case .skipped(let path): try await answers.send(.skipped(path))
    }
  }

  func makeFolder(_ fields: MakeFolderRequest) async throws {
    switch try await files.makeFolder(fields, by: principal) {
    case .done:
      session.log("made folder", path: fields.path, by: principal)
      try await answers.send(.made)
    case .skipped(let path): try await answers.send(.skipped(path))
    }
  }

  private func send(
    _ encoder: inout EntryEncoder, at rate: AccountRate, _ heartbeat: Heartbeat, _ tree: TreeReading
  ) async throws {
    let body = ByteBuffer(bytes: encoder.finish())
    if rate.isLimited {
      try await rate.pause(for: body.readableBytes, .sending) {
        try await beat(heartbeat, tree)
        return true
      }
    }
    try await session.bulkAnswers.withSlot { try await answers.send(.branch, body: body) }
  }

  private func beat(_ heartbeat: Heartbeat, _ tree: TreeReading) async throws {
    try await beat(heartbeat, tree.total.files + tree.total.folders)
  }

  /// - Parameter done: names; how many there will be nobody knows.
  private func beat(_ heartbeat: Heartbeat, _ done: Int64) async throws {
    try isCancelled.check()
    try await heartbeat.beat(done: done, total: 0)
  }
}

extension EntryEncoder {
  mutating func append(_ entry: FolderEntry, sha256: Digest256? = nil) {
    let isFile = entry.status.kind == .file
    append(
      name: entry.name, kind: entry.status.kind.rawValue, size: isFile ? entry.status.size : nil,
      modified: entry.status.modified, executable: isFile ? entry.status.executable : nil, sha256: sha256)
  }
}
