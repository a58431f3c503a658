import Glibc
import LandlineProtocol
import LandlineServices
import NIOCore
import Synchronization

/// All connections: how many there may be, who they are, and the ways to end them from outside.
final class ConnectionRegistry: Sendable {
  typealias ID = UInt64

  private struct Connection {
    var channel: any Channel
    var session: LineSession?
    var principal: LivePrincipal?
    var deadline: Scheduled<Void>?
    /// Over the control socket: counts against no limit, so that the operator always gets in.
    var isLocal: Bool
    /// Seconds since 1970.
    var since = Int64(time(nil))
  }

  private struct State {
    var connections: [ID: Connection] = [:]
    /// Those not logged in, oldest first; may name some that are gone.
    var waiting = CircularBuffer<ID>()
    var waitingCount = 0
    /// Connections that count against the maximum.
    var remoteCount = 0
    var countByAccount: [Int64: Int] = [:]
    var lastID: ID = 0
    var isDraining = false
    var emptyWaiter: CheckedContinuation<Void, Never>?
    /// Takes a sample of all traffic every second, while there is anybody.
    var sampling: RepeatedTask?
  }

  /// What goes over all connections together.
  let traffic = Traffic()
  private let state = Mutex(State())
  private let maximum: Int
  private let maximumWaiting: Int
  /// So that one account does not take all.
  private let maximumOfAccount: Int
  private let loginTimeout: TimeAmount

  init(maximum: Int, maximumWaiting: Int, loginTimeout: TimeAmount) {
    self.maximum = maximum
    self.maximumWaiting = maximumWaiting
    maximumOfAccount = max(4, min(256, maximum / 4))
    self.loginTimeout = loginTimeout
  }

  var count: Int { state.withLock { $0.connections.count } }

  var isDraining: Bool { state.withLock { $0.isDraining } }

  /// Takes in a new connection and starts its time to log in.
  /// - Parameter isLocal: whether it came over the control socket.
  /// - Returns: nil when there are too many, or the server is ending: then it is to be closed.
  func admit(_ channel: any Channel, isLocal: Bool = false) -> ID? {
    let admitted = state.withLock { state -> (ID, (any Channel)?)? in
      guard !state.isDraining, isLocal || state.remoteCount < maximum else { return nil }
      state.lastID += 1
      let id = state.lastID
      state.connections[id] = Connection(channel: channel, isLocal: isLocal)
      if !isLocal { state.remoteCount += 1 }
      var dropped: (any Channel)?
      if state.waitingCount >= maximumWaiting { dropped = Self.oldestWaiting(&state) }
      state.waiting.append(id)
      state.waitingCount += 1
      return (id, dropped)
    }
    guard let (id, dropped) = admitted else { return nil }
    // Whoever is silent longest gives way, so that silence does not keep others out.
    dropped?.close(promise: nil)
    let deadline = channel.eventLoop.scheduleTask(in: loginTimeout) { self.loginTimedOut(id) }
    let isGone = state.withLock { state in
      state.connections[id]?.deadline = deadline
      if state.sampling == nil, !state.connections.isEmpty { state.sampling = startSampling(on: channel.eventLoop) }
      return state.connections[id] == nil
    }
    if isGone { deadline.cancel() }
    channel.closeFuture.whenComplete { _ in self.remove(id) }
    return id
  }

  private static func oldestWaiting(_ state: inout State) -> (any Channel)? {
    while let id = state.waiting.popFirst() {
      if let connection = state.connections[id], connection.principal == nil {
        return connection.channel
      }
    }
    return nil
  }

  private func loginTimedOut(_ id: ID) {
    let connection = state.withLock { $0.connections[id] }
    guard let connection, connection.principal == nil else { return }
    if let session = connection.session {
      session.interrupt(LineError(.timeout, "no login within \(loginTimeout.nanoseconds / 1_000_000_000) seconds"))
    } else {
      connection.channel.close(promise: nil)
    }
  }

  private func remove(_ id: ID) {
    let (connection, waiter) = state.withLock {
      state -> (Connection?, CheckedContinuation<Void, Never>?) in
      let connection = state.connections.removeValue(forKey: id)
      if let connection {
        if !connection.isLocal { state.remoteCount -= 1 }
        if let principal = connection.principal {
          let count = state.countByAccount[principal.current.accountID, default: 1] - 1
          state.countByAccount[principal.current.accountID] = count == 0 ? nil : count
        } else {
          state.waitingCount -= 1
        }
        Self.tidyWaiting(&state)
      }
      if state.connections.isEmpty {
        state.sampling?.cancel()
        state.sampling = nil
      }
      guard state.connections.isEmpty, state.isDraining else { return (connection, nil) }
      defer { state.emptyWaiter = nil }
      return (connection, state.emptyWaiter)
    }
    connection?.deadline?.cancel()
    waiter?.resume()
  }

  /// Keeps the queue of the waiting in proportion to what it stands for.
  private static func tidyWaiting(_ state: inout State) {
    guard state.waiting.count > 2 * state.waitingCount + 64 else { return }
    let connections = state.connections
    state.waiting.removeAll { connections[$0].map { $0.principal != nil } ?? true }
  }

  /// Notes that the connection speaks the line protocol.
  func attach(_ session: LineSession, to id: ID) {
    let isDraining = state.withLock { state in
      state.connections[id]?.session = session
      return state.isDraining
    }
    if isDraining { session.beginDrain() }
  }

  /// Notes who it is.
  /// - Throws: `too-many` when the account has more connections than one may have.
  func loggedIn(_ live: LivePrincipal, on id: ID) throws(LineError) {
    let principal = live.current
    let (deadline, isTooMany) = state.withLock { state -> (Scheduled<Void>?, Bool) in
      guard let connection = state.connections[id], connection.principal == nil else {
        return (nil, false)
      }
      let count = state.countByAccount[principal.accountID, default: 0] + 1
      guard connection.isLocal || count <= maximumOfAccount else { return (nil, true) }
      state.countByAccount[principal.accountID] = count
      state.connections[id]?.principal = live
      state.waitingCount -= 1
      Self.tidyWaiting(&state)
      return (connection.deadline, false)
    }
    if isTooMany {
      throw LineError(
        .tooMany, "\(principal.account) has \(maximumOfAccount) connections open already; close some")
    }
    deadline?.cancel()
  }

  /// Ends the connections that a revocation concerns.
  func end(_ revocation: Revocation) {
    let sessions = state.withLock { state in
      state.connections.values.compactMap { connection in
        connection.principal.map { revocation.concerns($0.current) } == true ? connection.session : nil
      }
    }
    let message =
      switch revocation {
      case .account: "the account was removed"
      case .token: "the access token was revoked"
      }
    for session in sessions { session.interrupt(LineError(.unauthenticated, message)) }
  }

  /// Who is logged in at this moment, by connection.
  func principals() -> [LivePrincipal] {
    state.withLock { $0.connections.values.compactMap(\.principal) }
  }

  /// Lets running transfers end, refuses new ones, and ends what still runs after `timeout`.
  func drain(timeout: Duration) async {
    let connections = state.withLock { state in
      state.isDraining = true
      return Array(state.connections.values)
    }
    for connection in connections {
      if let session = connection.session {
        session.beginDrain()
      } else {
        connection.channel.close(promise: nil)
      }
    }
    await withTaskGroup { group in
      group.addTask { await self.waitUntilEmpty() }
      group.addTask {
        // The deadline of the drain; cancelled when all are gone before.
        try? await Task.sleep(for: timeout)
        guard !Task.isCancelled else { return }
        let sessions = self.state.withLock { $0.connections.values.compactMap(\.session) }
        for session in sessions { session.interrupt(LineError(.shuttingDown, "the server is ending")) }
      }
      await group.next()
      group.cancelAll()
    }
  }

  private func waitUntilEmpty() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state in
          if state.connections.isEmpty || Task.isCancelled { return true }
          state.emptyWaiter = continuation
          return false
        }
        if isDone { continuation.resume() }
      }
    } onCancel: {
      let waiter = state.withLock { state in
        defer { state.emptyWaiter = nil }
        return state.emptyWaiter
      }
      waiter?.resume()
    }
  }

  // MARK: Status

  /// A connection whose client has logged in.
  struct LoggedIn {
    var session: LineSession
    var principal: Principal
    /// When it was accepted: seconds since 1970.
    var since: Int64
  }

  /// Oldest first.
  func loggedInSessions() -> [LoggedIn] {
    let connections = state.withLock { Array($0.connections) }
    return connections.sorted { $0.key < $1.key }.compactMap { _, connection in
      guard let session = connection.session, let principal = connection.principal?.current else { return nil }
      return LoggedIn(session: session, principal: principal, since: connection.since)
    }
  }

  private func startSampling(on eventLoop: any EventLoop) -> RepeatedTask {
    eventLoop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in
      guard let self else { return }
      let now = ContinuousClock.now
      self.traffic.sample(at: now)
      for session in self.state.withLock({ $0.connections.values.compactMap(\.session) }) {
        session.traffic.sample(at: now)
      }
    }
  }
}
