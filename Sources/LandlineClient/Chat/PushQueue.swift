import LandlineProtocol
import NIOCore
import Synchronization

/// What the server has pushed and nobody has taken yet.
///
/// Bounded, and it never makes the connection's reader wait, for behind what is pushed come the answers that somebody
/// waits for. When it is full, what follows is let go of: it is in the room's history, and whoever takes is told so.
final class PushQueue: Sendable {
  enum Item: Sendable {
    /// What was said, and its body.
    case push(Reply, body: [UInt8])
    /// Something is missing from here on.
    case gap
  }

  private static let most = 1_048_576

  private struct State {
    var items = CircularBuffer<Item>()
    var cost = 0
    /// The push whose body is arriving.
    var arriving: (reply: Reply, body: [UInt8], count: Int)?
    var hasGap = false
    var end: ClientError?
    var waiter: CheckedContinuation<Item, any Error>?
  }

  private let state = Mutex(State())

  /// A head has arrived.
  func begin(_ answer: Answer) {
    complete { state in
      state.arriving = (answer.reply, [], answer.body)
      return answer.body == 0
    }
  }

  /// A part of its body has arrived.
  func add(_ slice: ByteBuffer) {
    complete { state in
      state.arriving?.body += slice.readableBytesView
      guard let arriving = state.arriving else { return false }
      return arriving.body.count == arriving.count
    }
  }

  private func complete(_ change: (inout State) -> Bool) {
    let wake = state.withLock { state -> (CheckedContinuation<Item, any Error>, Item)? in
      guard change(&state), let (reply, body, _) = state.arriving else { return nil }
      state.arriving = nil
      if state.hasGap { return nil }
      let item = Item.push(reply, body: body)
      if let waiter = state.waiter {
        state.waiter = nil
        return (waiter, item)
      }
      guard state.cost + body.count <= Self.most else {
        state.hasGap = true
        return nil
      }
      state.cost += body.count + 128
      state.items.append(item)
      return nil
    }
    if let (waiter, item) = wake { waiter.resume(returning: item) }
  }

  /// The next item. For one task.
  /// - Throws: why nothing follows, or `CancellationError`.
  func next() async throws -> Item {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result = state.withLock { state -> Result<Item, any Error>? in
          if let item = state.items.popFirst() {
            if case .push(_, let body) = item { state.cost -= body.count + 128 }
            return .success(item)
          }
          if state.hasGap {
            state.hasGap = false
            return .success(.gap)
          }
          if let end = state.end { return .failure(end) }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiter = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      takeWaiter()?.resume(throwing: CancellationError())
    }
  }

  /// Says that nothing follows what is here.
  func fail(_ error: ClientError) {
    let waiter = state.withLock { state in
      if state.end == nil { state.end = error }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(throwing: error)
  }

  private func takeWaiter() -> CheckedContinuation<Item, any Error>? {
    state.withLock { state in
      defer { state.waiter = nil }
      return state.waiter
    }
  }
}
