import LandlineProtocol
import NIOCore
import Synchronization

/// What a client adds to one open put, on its way from the connection's reader to the put's task.
///
/// Bounded by the connection's budget: its reader waits while too much is in all its pipes together, and TCP's flow
/// control then holds the client back.
final class BodyPipe: Sendable {
  enum Item: Sendable {
    case bytes(ByteBuffer)
    case commit(Digest256)
    case cancel(discard: Bool)

    /// What it costs to keep it, in bytes.
    var cost: Int {
      if case .bytes(let buffer) = self { buffer.readableBytes + 64 } else { 64 }
    }
  }

  /// What the put's task takes at once.
  enum Arrival: Sendable {
    /// In order, as much as there is.
    case bytes([ByteBuffer])
    case commit(Digest256)
    case cancel(discard: Bool)

    init(_ item: Item) {
      switch item {
      case .bytes(let buffer): self = .bytes([buffer])
      case .commit(let digest): self = .commit(digest)
      case .cancel(let discard): self = .cancel(discard: discard)
      }
    }
  }

  private struct State {
    var items = CircularBuffer<Item>()
    var failure: (any Error)?
    /// Nothing follows what is in it.
    var isEnded = false
    /// Nobody takes any more: what comes is dropped.
    var isClosed = false
    var reader: CheckedContinuation<Arrival, any Error>?
    var waitingSince: NIODeadline?

    /// - Returns: what comes next, bytes as far as they go, and what it had cost.
    mutating func take(atMost most: Int) -> (Arrival, cost: Int)? {
      guard let first = items.popFirst() else { return nil }
      guard case .bytes(let buffer) = first else { return (Arrival(first), first.cost) }
      var buffers = [buffer]
      var cost = first.cost
      while case .bytes(let buffer)? = items.first, cost + buffer.readableBytes <= most {
        cost += items.removeFirst().cost
        buffers.append(buffer)
      }
      return (.bytes(buffers), cost)
    }
  }

  private let state = Mutex(State())
  private let budget: ByteBudget

  init(budget: ByteBudget) {
    self.budget = budget
  }

  /// Adds an item. Wait for room in the budget afterwards.
  func push(_ item: Item) {
    let reader = state.withLock { state -> CheckedContinuation<Arrival, any Error>? in
      if state.isClosed { return nil }
      if let reader = state.reader {
        state.reader = nil
        state.waitingSince = nil
        return reader
      }
      state.items.append(item)
      budget.add(item.cost)
      return nil
    }
    reader?.resume(returning: Arrival(item))
  }

  /// What has arrived next. For one task, which is not woken by its cancellation but by `end` or `fail`: what has arrived is
  /// worth keeping.
  /// - Throws: what `fail` said; `CancellationError` behind the last item before `end`.
  func next(atMost most: Int = 1_048_576) async throws -> Arrival {
    try await withCheckedThrowingContinuation { continuation in
      let (result, cost) = state.withLock { state -> (Result<Arrival, any Error>?, Int) in
        if let failure = state.failure { return (.failure(failure), 0) }
        if let (arrival, cost) = state.take(atMost: most) { return (.success(arrival), cost) }
        if state.isEnded { return (.failure(CancellationError()), 0) }
        state.reader = continuation
        state.waitingSince = .now()
        return (nil, 0)
      }
      budget.release(cost)
      if let result { continuation.resume(with: result) }
    }
  }

  /// Says that nothing follows, because the connection is over.
  func end() {
    let reader = state.withLock { state in
      state.isEnded = true
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(throwing: CancellationError())
  }

  /// Makes `next` throw `error` at once and from now on.
  func fail(_ error: any Error) {
    let reader = state.withLock { state in
      if state.failure == nil { state.failure = error }
      defer { state.reader = nil }
      return state.reader
    }
    reader?.resume(throwing: error)
  }

  /// Notes that the client has said that it is still there.
  func touch() {
    state.withLock { state in
      if state.waitingSince != nil { state.waitingSince = .now() }
    }
  }

  /// Fails with `timeout` when the reader has waited longer than `limit`.
  func failIfIdle(for limit: TimeAmount) {
    let isIdle = state.withLock { state in
      state.waitingSince.map { $0 + limit <= .now() } ?? false
    }
    if isIdle {
      let seconds = limit.nanoseconds / 1_000_000_000
      fail(LineError(.timeout, "nothing came for this upload in \(seconds) seconds"))
    }
  }

  /// Drops what is in it and what still comes.
  func close() {
    let dropped = state.withLock { state in
      state.isClosed = true
      defer { state.items.removeAll() }
      return state.items.reduce(0) { $0 + $1.cost }
    }
    budget.release(dropped)
  }
}
