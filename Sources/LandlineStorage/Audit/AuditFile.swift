import Glibc
import LandlineProtocol
public import LandlineServices
import Synchronization

/// The audit log on the disk: `DATA/landline/audit.jsonl`, and the older parts `audit.jsonl.1` (the newest of them) and
/// so on.
///
/// ```
/// record ──► queue, bounded ──► one writer: write(2), and fsync once for whatever came in the second before
/// ```
///
/// What was recorded is in the file within milliseconds, so it outlives the process; within a second or so it outlives
/// the machine. Nobody waits for the disk.
public final class AuditFile: AuditLog {
  static let name = "audit.jsonl"
  /// The size, in bytes, from which on a new part is begun, and how many older parts are kept.
  static let partSize: Int64 = 16_777_216
  static let olderParts = 8
  /// The most bytes that wait to be written, and how many of them make others wait.
  private static let mostWaiting = 8_388_608
  private static let muchWaiting = mostWaiting / 2

  private struct State {
    var lines: [UInt8] = []
    /// Events that found the queue full, or whose lines could not be written.
    var missed: Int64 = 0
    var writer: CheckedContinuation<Void, Never>?
    var waiters: [CheckedContinuation<Void, Never>] = []
    var flushers: [CheckedContinuation<Void, Never>] = []
    /// Whether lines were taken and are being written.
    var isWriting = false
    var isEnding = false
    var isOver = false
  }

  private let state = Mutex(State())
  private let part: Mutex<AuditPart>
  let folder: DataFolder
  private let failed: @Sendable (String) -> Void

  /// Opens the log, or begins it.
  /// - Parameter failed: told that the log cannot be written, and why; again when it has worked between, at most once a
  ///   minute.
  /// - Throws: `StorageError` when it cannot be opened.
  public init(folder: DataFolder, failed: @escaping @Sendable (String) -> Void) throws(StorageError) {
    self.folder = folder
    self.failed = failed
    part = Mutex(try AuditPart.open(in: folder))
  }

  // MARK: Recording

  public func record(_ event: AuditEvent) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    // Within the lock, so that lines are in the order of their times.
    let writer = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.lines.count < Self.mostWaiting, !state.isOver else {
        state.missed += 1
        return nil
      }
      state.lines += AuditLine.encode(event, at: now)
      defer { state.writer = nil }
      return state.writer
    }
    writer?.resume()
  }

  public func waitForRoom() async {
    guard state.withLock({ $0.lines.count >= Self.muchWaiting && !$0.isOver }) else { return }
    await withCheckedContinuation { continuation in
      let isRoom = state.withLock { state in
        if state.lines.count < Self.muchWaiting || state.isOver { return true }
        state.waiters.append(continuation)
        return false
      }
      if isRoom { continuation.resume() }
    }
  }

  /// Waits until what was recorded before is in the file.
  public func flush() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.lines.isEmpty && !state.isWriting || state.isOver { return true }
        state.flushers.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  // MARK: Writing

  private static let syncInterval = Duration.seconds(1)

  /// Writes what is recorded while `body` runs, and then what is left.
  /// - Parameter executor: for the writing, which waits for the disk.
  public func whileWriting(on executor: any TaskExecutor, _ body: () async -> Void) async {
    await withTaskGroup { tasks in
      tasks.addTask(executorPreference: executor) { await self.run() }
      await body()
      tasks.cancelAll()
    }
  }

  /// Writes what is recorded, until its task is cancelled, and then what is left. To be run once, where waiting for the
  /// disk is allowed.
  func run() async {
    await withTaskGroup { tasks in
      tasks.addTask { await self.writeAll() }
      tasks.addTask {
        while !Task.isCancelled {
          // One fsync for all that was written in between.
          try? await Task.sleep(for: Self.syncInterval)
          self.part.withLock { $0.sync() }
        }
      }
      await tasks.next()
      tasks.cancelAll()
    }
    end()
  }

  private func writeAll() async {
    await withTaskCancellationHandler {
      while await hasLines() { writeSome() }
    } onCancel: {
      let writer = state.withLock { state in
        state.isEnding = true
        defer { state.writer = nil }
        return state.writer
      }
      writer?.resume()
    }
  }

  /// Waits for lines. - Returns: false when it is ending.
  private func hasLines() async -> Bool {
    await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
      let isNow = state.withLock { state in
        if !state.lines.isEmpty || state.isEnding { return true }
        state.writer = continuation
        return false
      }
      if isNow { continuation.resume() }
    }
    return state.withLock { !$0.isEnding || !$0.lines.isEmpty }
  }

  private func writeSome() {
    let (lines, missed) = state.withLock { state -> ([UInt8], Int64) in
      state.isWriting = true
      defer {
        state.lines.removeAll()
        state.missed = 0
      }
      return (state.lines, state.missed)
    }
    var problem: String?
    var untold = missed
    part.withLock { part in
      do throws(StorageError) {
        try part.rotateIfLarge(folder)
        if missed > 0 { try part.write(AuditLine.encode(AuditEvent("missed", ["count": .number(missed)]), at: .now())) }
        untold = 0
        try part.write(lines)
      } catch {
        problem = error.message
      }
    }
    noteWritten(problem == nil ? 0 : untold + Int64(lines.count { $0 == UInt8(ascii: "\n") }), problem)
  }

  /// On a disk that is nearly full short lines go through between long ones.
  private static let quiet = Duration.seconds(60)

  private struct Failure {
    var isOver = true
    var toldAt: ContinuousClock.Instant?
  }

  private let failure = Mutex(Failure())

  private func noteWritten(_ missed: Int64, _ problem: String?) {
    let isNews = failure.withLock { failure in
      defer { failure.isOver = problem == nil }
      guard problem != nil, failure.isOver, failure.toldAt.map({ $0 + Self.quiet < .now }) ?? true else { return false }
      failure.toldAt = .now
      return true
    }
    if isNews, let problem { failed(problem) }
    let (waiters, flushers) = state.withLock { state in
      state.isWriting = false
      state.missed += missed
      defer {
        state.waiters = []
        if state.lines.isEmpty { state.flushers = [] }
      }
      return (state.waiters, state.lines.isEmpty ? state.flushers : [])
    }
    for waiter in waiters + flushers { waiter.resume() }
  }

  private func end() {
    part.withLock { $0.sync() }
    let waiting = state.withLock { state in
      state.isOver = true
      defer { (state.waiters, state.flushers) = ([], []) }
      return state.waiters + state.flushers
    }
    for waiter in waiting { waiter.resume() }
  }
}

extension timespec {
  fileprivate static func now() -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time
  }
}
