import LandlineProtocol
import Synchronization

/// Stores what is said, as much as there is at each moment in one transaction, and then tells everybody.
///
/// ```
/// reader ──submit──► backlog ──all that may be──► store (one transaction, one fsync) ──► audiences ──► acknowledgements
/// ```
///
/// What comes while a transaction is under way waits for the next one, so they grow as the disk gets slower.
final class ChatWriter: Sendable {
  private struct State {
    var backlog: ChatBacklog
    /// Grows with everything that is worth a look at the backlog.
    var changes: UInt64 = 0
    /// How many messages have come since the backlog was looked at.
    var arrived = 0
    /// The wait for more that is under way, and that they end when they are as many as it expects.
    var delay: CommitDelay?
    var waiter: CheckedContinuation<Void, Never>?
    var isEnded = false

    /// Ends the wait for more when they are there.
    mutating func endDelay() {
      guard let delay, arrived >= delay.expected else { return }
      self.delay = nil
      delay.end()
    }

    mutating func note() -> CheckedContinuation<Void, Never>? {
      changes += 1
      defer { waiter = nil }
      return waiter
    }
  }

  private let store: any ChatStore
  private let audiences: [any ChatAudience]
  private let requireSpace: @Sendable () throws -> Void
  private let state: Mutex<State>

  /// - Parameters:
  ///   - audiences: are told what was stored, before it is acknowledged.
  ///   - requireSpace: throws when nothing may be stored.
  init(
    store: any ChatStore, flow: ChatFlow, audiences: [any ChatAudience],
    requireSpace: @escaping @Sendable () throws -> Void
  ) {
    self.requireSpace = requireSpace
    self.store = store
    self.audiences = audiences
    state = Mutex(State(backlog: ChatBacklog(flow: flow)))
  }

  /// Takes a message; does not wait.
  func submit(_ submission: ChatSubmission) {
    let (isEnded, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
      if state.isEnded { return (true, nil) }
      state.backlog.add(submission, at: .now)
      state.arrived += 1
      state.endDelay()
      return (false, state.note())
    }
    if isEnded { submission.completion(.failure(Self.ending)) }
    waiter?.resume()
  }

  /// Waits a moment for those that are about to come.
  private func waitForMore(_ delay: CommitDelay) {
    let isWaiting = state.withLock { state in
      guard !state.backlog.isEmpty, state.arrived < delay.expected else { return false }
      state.delay = delay
      return true
    }
    guard isWaiting, !delay.wait() else { return }
    let isEnded = state.withLock { state in
      defer { state.delay = nil }
      return state.delay == nil
    }
    // Too late for this one; it is not to end the next.
    if isEnded { _ = delay.wait() }
  }

  private static let ending = LineError(.shuttingDown, "the server is ending")

  /// Stores until its task is cancelled. On a thread that may wait for the disk.
  func run() async {
    await withDiscardingTaskGroup { group in
      var alarm: ContinuousClock.Instant?
      var delay = CommitDelay()
      while !Task.isCancelled {
        if delay.isWorthwhile { waitForMore(delay) }
        let now = ContinuousClock.now
        let (taken, changes) = state.withLock { state in
          state.backlog.tidy(at: now)
          state.arrived = 0
          return (state.backlog.take(at: now), state.changes)
        }
        for (submission, error) in taken.refused { submission.completion(.failure(error)) }
        if !taken.batch.isEmpty {
          delay.note(taken.batch.count)
          await store(taken.batch)
        }
        guard taken.isEmpty else { continue }
        // What waits for its account's time is not about to be joined by anything.
        if taken.next != nil { delay.note(0) }
        if let set = alarm, set <= now { alarm = nil }
        if let next = taken.next, next < alarm ?? .now + .seconds(3_600) {
          alarm = next
          group.addTask { [self] in
            // Until what an account has said too fast is made good: a time, and no event.
            try? await Task.sleep(until: next, clock: .continuous)
            state.withLock { $0.note() }?.resume()
          }
        }
        await waitForChange(since: changes)
      }
      group.cancelAll()
    }
    let left = state.withLock { state in
      state.isEnded = true
      return state.backlog.takeAll()
    }
    for submission in left { submission.completion(.failure(Self.ending)) }
  }

  private func waitForChange(since changes: UInt64) async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goesOn = state.withLock { state in
          if Task.isCancelled || state.changes != changes { return true }
          state.waiter = continuation
          return false
        }
        if goesOn { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.note() }?.resume()
    }
  }

  private func store(_ batch: [ChatSubmission]) async {
    let results: [Result<ChatReceipt, any Error>]
    do {
      try requireSpace()
      results = try await store.append(batch.map(\.message)).map { $0.mapError { $0 } }
    } catch {
      results = batch.map { _ in .failure(error) }
    }
    await tell(batch, results)
    for (submission, result) in zip(batch, results) { submission.completion(result) }
  }

  private func tell(_ batch: [ChatSubmission], _ results: [Result<ChatReceipt, any Error>]) async {
    var rooms: [RoomName] = []
    var events: [RoomName: [ChatEvent]] = [:]
    for (submission, result) in zip(batch, results) {
      guard case .success(let receipt) = result, receipt.isNew else { continue }
      if events[receipt.room] == nil { rooms.append(receipt.room) }
      events[receipt.room, default: []].append(submission.message.event(receipt))
    }
    for audience in audiences {
      for room in rooms { audience.publish(events[room] ?? [], in: room) }
      await audience.waitForRoom()
    }
  }
}

extension NewChatMessage {
  fileprivate func event(_ receipt: ChatReceipt) -> ChatEvent {
    .message(
      ChatPush(
        room: receipt.room.description, number: receipt.number, from: sender, time: time, key: key,
        kind: kind?.rawValue), text: text)
  }
}
