import Synchronization

/// The names that whole puts are for which are here and not stored yet, so that the repetition of one whose answer was
/// lost can wait for it: it may be in the queue of a connection that its client has given up.
final class PathsAtWork: Sendable {
  /// Repetitions are of the same account; nobody waits for others.
  fileprivate struct Name: Hashable, Sendable {
    var account: Int64
    var path: [UInt8]
  }

  private struct Waiter {
    var places: [(name: Name, ticket: UInt64)]
    var continuation: CheckedContinuation<Void, any Error>
  }

  private struct State {
    var lastTicket: UInt64 = 0
    /// By name, oldest first.
    var tickets: [Name: [UInt64]] = [:]
    var lastWaiter: UInt64 = 0
    var waiters: [UInt64: Waiter] = [:]

    func isFirst(_ name: Name, _ ticket: UInt64) -> Bool { tickets[name]?.first == ticket }
  }

  private let state = Mutex(State())

  func enter(account: Int64, path: [UInt8]) -> PathAtWork {
    let name = Name(account: account, path: path)
    let ticket = state.withLock { state in
      state.lastTicket += 1
      state.tickets[name, default: []].append(state.lastTicket)
      return state.lastTicket
    }
    return PathAtWork(paths: self, name: name, ticket: ticket)
  }

  fileprivate func leave(_ name: Name, _ ticket: UInt64) {
    let free = state.withLock { state in
      guard let index = state.tickets[name]?.firstIndex(of: ticket) else { return [Waiter]() }
      state.tickets[name]?.remove(at: index)
      if state.tickets[name]?.isEmpty == true { state.tickets[name] = nil }
      let found = state.waiters.filter { $0.value.places.contains { state.isFirst($0.name, $0.ticket) } }
      for key in found.keys { state.waiters[key] = nil }
      return Array(found.values)
    }
    for waiter in free { waiter.continuation.resume() }
  }

  /// Whether nobody else of the same name was here before.
  func isFirst(_ place: PathAtWork) -> Bool {
    state.withLock { $0.isFirst(place.name, place.ticket) }
  }

  /// Waits until one of `places` is the first of its name. As each waits only for those that came before it, and those
  /// are stored that need not wait, somebody is always getting on.
  /// - Throws: `CancellationError`.
  func waitForFirst(of places: [PathAtWork]) async throws {
    let number = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome = state.withLock { state -> Result<Void, any Error>? in
          if Task.isCancelled { return .failure(CancellationError()) }
          if places.contains(where: { state.isFirst($0.name, $0.ticket) }) { return .success(()) }
          state.waiters[number] = Waiter(places: places.map { ($0.name, $0.ticket) }, continuation: continuation)
          return nil
        }
        if let outcome { continuation.resume(with: outcome) }
      }
    } onCancel: {
      let waiter = state.withLock { $0.waiters.removeValue(forKey: number) }
      waiter?.continuation.resume(throwing: CancellationError())
    }
  }
}

/// One put's place among those of its name, until `leave`, or until nobody has it any more: a connection's queue that is
/// dropped takes its places along.
final class PathAtWork: Sendable {
  private let paths: PathsAtWork
  fileprivate let name: PathsAtWork.Name
  fileprivate let ticket: UInt64

  fileprivate init(paths: PathsAtWork, name: PathsAtWork.Name, ticket: UInt64) {
    self.paths = paths
    self.name = name
    self.ticket = ticket
  }

  deinit { leave() }

  /// Gives way to those that came later; may be called again.
  func leave() {
    paths.leave(name, ticket)
  }
}
