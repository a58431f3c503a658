import LandlineProtocol
import NIOCore
import Synchronization

/// What the server has said to one request and its task has not taken yet.
///
/// Bounded: above `high` bytes the connection's reader waits, so a slow disk slows the server down, not this
/// machine's memory.
final class AnswerQueue: Sendable {
  static let high = 1_048_576
  static let low = 524_288

  enum Item: Sendable {
    /// A head; `body` bytes follow as slices.
    case reply(Reply, body: Int)
    case slice(ByteBuffer)

    var cost: Int {
      if case .slice(let buffer) = self { return buffer.readableBytes + 64 }
      return 256
    }
  }

  private struct State {
    var items = CircularBuffer<Item>()
    var cost = 0
    var end: ClientError?
    var isAbandoned = false
    var consumer: CheckedContinuation<Item, any Error>?
    var producer: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// Adds an item.
  /// - Returns: whether the reader must wait for room.
  func push(_ item: Item) -> Bool {
    let (consumer, wait) = state.withLock { state -> (CheckedContinuation<Item, any Error>?, Bool) in
      if state.isAbandoned || state.end != nil { return (nil, false) }
      if let consumer = state.consumer {
        state.consumer = nil
        return (consumer, false)
      }
      state.items.append(item)
      state.cost += item.cost
      return (nil, state.cost > Self.high)
    }
    consumer?.resume(returning: item)
    return wait
  }

  /// Waits, as the reader, until there is room, or nobody wants any of it.
  func waitForRoom() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goOn = state.withLock { state in
          if state.cost <= Self.high || state.isAbandoned || state.end != nil || Task.isCancelled {
            return true
          }
          state.producer = continuation
          return false
        }
        if goOn { continuation.resume() }
      }
    } onCancel: {
      takeProducer()?.resume()
    }
  }

  /// The next item; what came before the end is given first.
  /// - Throws: why nothing follows, or `CancellationError`.
  func next() async throws -> Item {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (result, producer) = state.withLock { state -> (Result<Item, any Error>?, Producer?) in
          if let item = state.items.popFirst() {
            state.cost -= item.cost
            guard state.cost <= Self.low else { return (.success(item), nil) }
            defer { state.producer = nil }
            return (.success(item), state.producer)
          }
          if let end = state.end { return (.failure(end), nil) }
          if Task.isCancelled { return (.failure(CancellationError()), nil) }
          state.consumer = continuation
          return (nil, nil)
        }
        producer?.resume()
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let consumer = state.withLock { state in
        defer { state.consumer = nil }
        return state.consumer
      }
      consumer?.resume(throwing: CancellationError())
    }
  }

  /// Says that nothing follows what is here.
  func fail(_ error: ClientError) {
    end(error, dropping: false)
  }

  /// Ends it at once; what is here is dropped.
  func interrupt(_ error: ClientError) {
    end(error, dropping: true)
  }

  /// Says that nobody will take anything any more.
  func abandon() {
    let producer = state.withLock { state in
      state.isAbandoned = true
      state.items.removeAll()
      state.cost = 0
      defer { state.producer = nil }
      return state.producer
    }
    producer?.resume()
  }

  private typealias Producer = CheckedContinuation<Void, Never>

  private func end(_ error: ClientError, dropping: Bool) {
    let (consumer, producer) = state.withLock { state in
      if dropping {
        state.items.removeAll()
        state.cost = 0
      }
      if state.end == nil { state.end = error }
      defer {
        state.consumer = nil
        state.producer = nil
      }
      return (state.consumer, state.producer)
    }
    consumer?.resume(throwing: error)
    producer?.resume()
  }

  private func takeProducer() -> Producer? {
    state.withLock { state in
      defer { state.producer = nil }
      return state.producer
    }
  }
}
