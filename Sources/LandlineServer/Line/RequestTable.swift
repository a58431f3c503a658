import LandlineProtocol
import Synchronization

/// The open requests of one connection.
final class RequestTable: Sendable {
  /// One open request, as the reader and its task share it.
  private struct Open {
    var isTransfer: Bool
    /// Bytes of its head.
    var cost: Int
    /// For what the client adds to a put.
    var pipe: BodyPipe?
    var cancel: @Sendable () -> Void
    /// The client has been told to send (`ready`).
    var isReady = false
    /// The client has said its last word about it (`commit` or `cancel`).
    var isClosedByClient = false
    /// It is over here; the client's `data` is dropped until its last word.
    var isDiscarding = false
  }

  private struct State {
    var requests: [UInt64: Open] = [:]
    var lastID: UInt64?
    var transfers = 0
  }

  private let state = Mutex(State())

  var isEmpty: Bool { state.withLock { $0.requests.values.allSatisfy(\.isDiscarding) } }

  /// Whether `id` is greater than all before; remembers it.
  func isNew(_ id: UInt64) -> Bool {
    state.withLock { state in
      if let last = state.lastID, id <= last { return false }
      state.lastID = id
      return true
    }
  }

  /// Whether there was ever a request of this id.
  func wasUsed(_ id: UInt64) -> Bool { state.withLock { $0.lastID.map { id <= $0 } ?? false } }

  /// Opens a request.
  /// - Throws: `too-many`.
  func open(
    _ id: UInt64, isTransfer: Bool, cost: Int, pipe: BodyPipe?, cancel: @escaping @Sendable () -> Void
  ) throws(LineError) {
    let problem = state.withLock { state -> String? in
      if state.requests.count >= LineProtocol.maximumOpenRequests {
        return "\(LineProtocol.maximumOpenRequests) requests are open; wait for answers"
      }
      if isTransfer && state.transfers >= LineProtocol.maximumOpenTransfers {
        return "\(LineProtocol.maximumOpenTransfers) transfers are open on this connection; wait for one to end"
      }
      state.requests[id] = Open(isTransfer: isTransfer, cost: cost, pipe: pipe, cancel: cancel)
      if isTransfer { state.transfers += 1 }
      return nil
    }
    if let problem { throw LineError(.tooMany, problem) }
  }

  /// Notes that the client may send.
  func ready(_ id: UInt64) {
    state.withLock { $0.requests[id]?.isReady = true }
  }

  /// Notes that the request has been answered to the end.
  /// - Returns: what it had cost.
  func finish(_ id: UInt64, succeeded: Bool) -> Int {
    let open = state.withLock { state -> Open? in
      guard let open = state.requests[id] else { return nil }
      if open.isTransfer { state.transfers -= 1 }
      if open.isReady && !open.isClosedByClient && !succeeded {
        state.requests[id]?.isDiscarding = true
      } else {
        state.requests[id] = nil
      }
      return open
    }
    open?.pipe?.close()
    return open?.cost ?? 0
  }

  /// Ends all of them, because the connection is over.
  /// - Parameter dropping: an error that puts are to fail with at once; nil: they still take what has arrived.
  func endAll(dropping error: (any Error)?) {
    let requests = state.withLock { Array($0.requests.values) }
    for request in requests {
      if let error { request.pipe?.fail(error) } else { request.pipe?.end() }
      request.cancel()
    }
  }

  /// Where the body of a `data` message goes.
  enum Destination {
    case pipe(BodyPipe)
    case nowhere
  }

  /// - Throws: `bad-request` for an id whose client was not told to send.
  func destination(of id: UInt64) throws(LineError) -> Destination {
    let open = state.withLock { $0.requests[id] }
    guard let open, open.isReady, !open.isClosedByClient, let pipe = open.pipe else {
      throw LineError(.badRequest, "data for the id \(id), which is no put that is ready for it")
    }
    return open.isDiscarding ? .nowhere : .pipe(pipe)
  }

  /// Takes the client's last word about a put.
  /// - Returns: the pipe it belongs in; nil when the request is over here already.
  /// - Throws: `bad-request` for an id that is no open put.
  func commit(_ id: UInt64) throws(LineError) -> BodyPipe? {
    let open = state.withLock { close(&$0, id) }
    guard let open, open.isReady, let pipe = open.pipe else {
      throw LineError(.badRequest, "commit for the id \(id), which is no put that is ready for it")
    }
    return open.isDiscarding ? nil : pipe
  }

  /// Takes a `cancel`, which is ignored where nothing is open.
  func cancel(_ id: UInt64) -> (pipe: BodyPipe?, cancel: @Sendable () -> Void)? {
    let open = state.withLock { close(&$0, id) }
    guard let open, !open.isDiscarding else { return nil }
    return (open.pipe, open.cancel)
  }

  private func close(_ state: inout State, _ id: UInt64) -> Open? {
    guard let open = state.requests[id], !open.isClosedByClient else { return nil }
    if open.isDiscarding {
      state.requests[id] = nil
    } else {
      state.requests[id]?.isClosedByClient = true
    }
    return open
  }
}
