import LandlineProtocol
import Synchronization

/// What is to be said and is not acknowledged yet, in order, each under a key of its own: so it can be sent again, over
/// another connection, and is said once.
final class ChatOutbox: Sendable {
  /// A message on its way.
  struct Entry: Sendable {
    var request: ChatSendRequest
    var text: [UInt8]
    var completion: @Sendable (Result<SentAnswer, ClientError>) -> Void
  }

  /// So many are on their way at once. Who adds another waits, or has it wait here.
  private static let most = 64
  /// So many may wait here.
  private static let mostWaiting = 10_000

  private struct State {
    var entries: [(number: UInt64, entry: Entry)] = []
    var lastNumber: UInt64 = 0
    /// Of the last one that was sent over this connection.
    var sent: UInt64 = 0
    var end: ClientError?
    var sender: CheckedContinuation<Void, Never>?
    var waiters: [CheckedContinuation<Void, Never>] = []

    /// Those that may be sent now.
    var next: ArraySlice<(number: UInt64, entry: Entry)> {
      entries.prefix(most).drop { $0.number <= sent }
    }

    mutating func takeSender() -> CheckedContinuation<Void, Never>? {
      defer { sender = nil }
      return sender
    }

    mutating func add(_ entry: Entry) throws(ClientError) -> CheckedContinuation<Void, Never>? {
      if let end { throw end }
      lastNumber += 1
      entries.append((lastNumber, entry))
      return takeSender()
    }
  }

  private let state = Mutex(State())

  /// Adds a message, behind all others; waits while many are on their way.
  /// - Throws: `CancellationError`; why nothing can be sent any more.
  func add(_ entry: Entry) async throws {
    try await wait { $0.entries.count < Self.most }
    let sender = try state.withLock { try $0.add(entry) }
    sender?.resume()
  }

  /// Adds a message, behind all others, and does not wait.
  /// - Throws: `busy` when very many wait; why nothing can be sent any more.
  func addNow(_ entry: Entry) throws(ClientError) {
    let sender = try state.withLock { state throws(ClientError) in
      guard state.entries.count < Self.mostWaiting else {
        throw ClientError(.busy, "\(Self.mostWaiting) messages are waiting to be sent", advice: "Try again in a moment")
      }
      return try state.add(entry)
    }
    sender?.resume()
  }

  /// How many are not acknowledged.
  var count: Int { state.withLock { $0.entries.count } }

  /// Waits until everything is acknowledged.
  func waitUntilEmpty() async throws {
    try await wait { $0.entries.isEmpty }
  }

  private func wait(until condition: @Sendable (borrowing State) -> Bool) async throws {
    while true {
      try Task.checkCancellation()
      let isMet = try state.withLock { state in
        if let end = state.end { throw end }
        return condition(state)
      }
      if isMet { return }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let goesOn = state.withLock { state in
            if condition(state) || state.end != nil || Task.isCancelled { return true }
            state.waiters.append(continuation)
            return false
          }
          if goesOn { continuation.resume() }
        }
      } onCancel: {
        wakeWaiters()
      }
    }
  }

  private func wakeWaiters() {
    let waiters = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  // MARK: For the connection

  /// There is a new connection: everything is to be sent, again as well.
  func beginAnew() {
    state.withLock { $0.sent = 0 }
  }

  /// What is to be sent next; waits until there is something.
  func next() async throws -> [(number: UInt64, entry: Entry)] {
    while true {
      try Task.checkCancellation()
      let found = state.withLock { state in
        let found = Array(state.next)
        if let last = found.last { state.sent = last.number }
        return found
      }
      if !found.isEmpty { return found }
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let goesOn = state.withLock { state in
            if Task.isCancelled || !state.next.isEmpty { return true }
            state.sender = continuation
            return false
          }
          if goesOn { continuation.resume() }
        }
      } onCancel: {
        state.withLock { $0.takeSender() }?.resume()
      }
    }
  }

  /// Notes what became of a message.
  func finish(_ number: UInt64, _ result: Result<SentAnswer, ClientError>) {
    let (entry, sender) = state.withLock { state in
      let entry = state.entries.firstIndex { $0.number == number }.map { state.entries.remove(at: $0).entry }
      return (entry, state.next.isEmpty ? nil : state.takeSender())
    }
    sender?.resume()
    entry?.completion(result)
    wakeWaiters()
  }

  /// Nothing will be sent any more.
  func fail(_ error: ClientError) {
    let entries = state.withLock { state in
      if state.end == nil { state.end = error }
      defer { state.entries = [] }
      return state.entries
    }
    for (_, entry) in entries { entry.completion(.failure(error)) }
    wakeWaiters()
  }
}
