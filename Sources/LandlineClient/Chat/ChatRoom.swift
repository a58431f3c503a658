public import LandlineProtocol
import Synchronization

/// A room that one is in, over as many connections as it takes. Made by
/// ``LandlineClient/withRoom(_:events:_:)``.
///
/// Each message is shown exactly once and in order, whatever becomes of connections: the room says the last number that
/// it has shown, and is told what came behind it. And each message is said once: what was not acknowledged is sent again
/// under its first key.
public final class ChatRoom: Sendable {
  let options: ChatRoomOptions
  let outbox = ChatOutbox()
  /// Begins the keys of all its messages.
  let keyPrefix: String
  private let keys = Atomic<UInt64>(0)
  private let connection = Mutex<Connection?>(nil)

  init(_ options: ChatRoomOptions) {
    self.options = options
    keyPrefix = Hex.encode((0..<8).map { _ in UInt8.random(in: 0...255) }) + "-"
  }

  /// Says something, and waits until it is stored.
  /// - Parameters:
  ///   - text: 1 to 16,384 bytes of UTF-8.
  ///   - room: where; nil for this room. `@NAME` says it to one account alone.
  /// - Returns: its number there.
  /// - Throws: `refused`; why there is no connection any more.
  @discardableResult
  public func send(_ text: String, kind: ChatKind? = nil, to room: String? = nil) async throws -> SentAnswer {
    let result = ResultBox<SentAnswer>()
    try await post(text, kind: kind, to: room) { result.set($0) }
    return try await result.value()
  }

  /// Says something behind everything that was posted before, and does not wait until it is stored; only while many
  /// are on their way.
  /// - Parameter completion: is told what became of it, from any thread.
  public func post(
    _ text: String, kind: ChatKind? = nil, to room: String? = nil,
    _ completion: @escaping @Sendable (Result<SentAnswer, ClientError>) -> Void
  ) async throws {
    try await outbox.add(entry(text, kind, room, completion))
  }

  /// Says something behind everything that was posted before, and waits for nothing: for somebody who types, also while
  /// there is no connection.
  /// - Parameter completion: is told what became of it, from any thread.
  /// - Throws: `busy` when 10,000 messages are waiting; why there is no connection any more.
  public func postNow(
    _ text: String, kind: ChatKind? = nil, to room: String? = nil,
    _ completion: @escaping @Sendable (Result<SentAnswer, ClientError>) -> Void
  ) throws(ClientError) {
    try outbox.addNow(entry(text, kind, room, completion))
  }

  private func entry(
    _ text: String, _ kind: ChatKind?, _ room: String?,
    _ completion: @escaping @Sendable (Result<SentAnswer, ClientError>) -> Void
  ) -> ChatOutbox.Entry {
    let key = keyPrefix + "\(keys.add(1, ordering: .relaxed).newValue)"
    return .init(
      request: ChatSendRequest(room: room ?? options.room, key: key, kind: kind), text: Array(text.utf8),
      completion: completion)
  }

  /// Waits until everything that was posted is stored, or has failed.
  public func flush() async throws { try await outbox.waitUntilEmpty() }

  /// How many of those that were posted are neither stored nor have failed.
  public var waiting: Int { outbox.count }

  /// The connection of the moment, for questions: who is there, what was said.
  /// - Throws: `connectionLost` while there is none.
  public func withConnection<Value>(_ body: (Connection) async throws -> Value) async throws -> Value {
    guard let connection = connection.withLock({ $0 }) else {
      throw ClientError(
        .connectionLost, "there is no connection at this moment; another one is being tried",
        advice: "Ask again in a moment")
    }
    return try await body(connection)
  }

  func use(_ new: Connection?) {
    connection.withLock { $0 = new }
  }
}

/// A result that one task waits for.
private final class ResultBox<Value: Sendable>: Sendable {
  private struct State {
    var result: Result<Value, ClientError>?
    var waiter: CheckedContinuation<Value, any Error>?
  }

  private let state = Mutex(State())

  func set(_ result: Result<Value, ClientError>) {
    let waiter = state.withLock { state in
      state.result = result
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume(with: result.mapError { $0 })
  }

  func value() async throws -> Value {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let result = state.withLock { state -> Result<Value, any Error>? in
          if let result = state.result { return result.mapError { $0 } }
          if Task.isCancelled { return .failure(CancellationError()) }
          state.waiter = continuation
          return nil
        }
        if let result { continuation.resume(with: result) }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.waiter = nil }
        return state.waiter
      }
      waiter?.resume(throwing: CancellationError())
    }
  }
}
