import LandlineProtocol
import NIOCore
import Synchronization

/// What the server has said to a request, or to many that one task has made, and the task has not taken yet.
///
/// Bounded: above `high` bytes the connection's reader waits, so a slow disk slows the server down, not this
/// machine's memory.
final class AnswerQueue: Sendable {
  private let high: Int

  enum Item: Sendable {
    /// A head; the bytes of its body follow as slices, nothing between them.
    case answer(Answer)
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
    var consumer: Consumer?
    var producer: Producer?
    /// Where the reader goes on.
    let low: Int

    mutating func takeFirst() -> (Item?, Producer?) {
      guard let item = items.popFirst() else { return (nil, nil) }
      cost -= item.cost
      return (item, cost <= low ? takeProducer() : nil)
    }

    mutating func takeAll() -> CircularBuffer<Item> {
      cost = 0
      defer { items = CircularBuffer() }
      return items
    }

    mutating func takeProducer() -> Producer? {
      defer { producer = nil }
      return producer
    }
  }

  private enum Consumer {
    case one(CheckedContinuation<Item, any Error>)
    /// Wakes when so many items are here, or the reader would have to wait.
    case all(CheckedContinuation<CircularBuffer<Item>, any Error>, atLeast: Int)

    func fail(_ error: any Error) {
      switch self {
      case .one(let continuation): continuation.resume(throwing: error)
      case .all(let continuation, _): continuation.resume(throwing: error)
      }
    }
  }

  private let state: Mutex<State>

  /// - Parameter high: from how many bytes on the reader waits.
  init(high: Int = ReceiveWindow.usual.waiting) {
    self.high = high
    state = Mutex(State(low: high / 2))
  }

  /// Adds an item.
  /// - Returns: whether the reader must wait for room.
  func push(_ item: Item) -> Bool {
    let (wake, wait) = state.withLock { state -> ((@Sendable () -> Void)?, Bool) in
      if state.isAbandoned || state.end != nil { return (nil, false) }
      if case .one(let consumer) = state.consumer {
        state.consumer = nil
        return ({ consumer.resume(returning: item) }, false)
      }
      state.items.append(item)
      state.cost += item.cost
      if case .all(let consumer, let count) = state.consumer, state.items.count >= count || state.cost > high {
        state.consumer = nil
        let items = state.takeAll()
        return ({ consumer.resume(returning: items) }, false)
      }
      return (nil, state.cost > high)
    }
    wake?()
    return wait
  }

  /// Waits, as the reader, until there is room, or nobody wants any of it.
  func waitForRoom() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let goOn = state.withLock { state in
          if state.cost <= high || state.isAbandoned || state.end != nil || Task.isCancelled {
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
    let (first, producer) = state.withLock { $0.takeFirst() }
    producer?.resume()
    if let first { return first }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (result, producer) = state.withLock { state -> (Result<Item, any Error>?, Producer?) in
          let (item, producer) = state.takeFirst()
          if let item { return (.success(item), producer) }
          if let end = state.end { return (.failure(end), nil) }
          if Task.isCancelled { return (.failure(CancellationError()), nil) }
          state.consumer = .one(continuation)
          return (nil, nil)
        }
        producer?.resume()
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      cancelConsumer()
    }
  }

  /// Everything that is here; waits until it is at least `count` items, or as much as may wait here.
  /// - Throws: why nothing follows, when nothing is here, or `CancellationError`.
  func all(atLeast count: Int) async throws -> CircularBuffer<Item> {
    let (items, producer) = try state.withLock { state in
      if state.items.isEmpty, let end = state.end { throw end }
      let isEnough = state.items.count >= count || state.cost > high || state.end != nil
      return isEnough ? (state.takeAll(), state.takeProducer()) : (nil, nil)
    }
    producer?.resume()
    if let items { return items }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let (result, producer) = state.withLock { state -> (Result<CircularBuffer<Item>, any Error>?, Producer?) in
          if state.items.count >= count || state.cost > high || (state.end != nil && !state.items.isEmpty) {
            return (.success(state.takeAll()), state.takeProducer())
          }
          if let end = state.end { return (.failure(end), nil) }
          if Task.isCancelled { return (.failure(CancellationError()), nil) }
          state.consumer = .all(continuation, atLeast: count)
          return (nil, nil)
        }
        producer?.resume()
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      cancelConsumer()
    }
  }

  private func cancelConsumer() {
    let consumer = state.withLock { state in
      defer { state.consumer = nil }
      return state.consumer
    }
    consumer?.fail(CancellationError())
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
      return state.takeProducer()
    }
    producer?.resume()
  }

  private typealias Producer = CheckedContinuation<Void, Never>

  private func end(_ error: ClientError, dropping: Bool) {
    let (consumer, items, producer) = state.withLock { state in
      if dropping {
        state.items.removeAll()
        state.cost = 0
      }
      if state.end == nil { state.end = error }
      defer { state.consumer = nil }
      return (state.consumer, state.consumer == nil ? CircularBuffer() : state.takeAll(), state.takeProducer())
    }
    switch consumer {
    case .all(let continuation, _) where !items.isEmpty: continuation.resume(returning: items)
    case let consumer: consumer?.fail(error)
    }
    producer?.resume()
  }

  private func takeProducer() -> Producer? {
    state.withLock { $0.takeProducer() }
  }
}
