internal import Selectors
internal import Sockets
internal import SystemPackage

/// Turns to each of many connections when something has happened there.
final class Multiplexer {
  private var selector: EpollSelector<MultiplexedConnection?>
  private var ready: [ReadyKey<MultiplexedConnection?>] = []
  /// All connections read into this, one after the other: who is idle holds no buffer.
  private let room: UnsafeMutableRawBufferPointer
  /// To be closed when the handler that runs has returned.
  private var ended: [MultiplexedConnection] = []
  private var connectionCount = 0
  /// How many connections close when they have sent what waits.
  private var closingCount = 0
  private var lastSweep: UInt32 = 0
  /// No connection is accepted before, in nanoseconds; 0: one may be.
  private var pauseEnd: Int64 = 0
  private let makeConnection: (Multiplexer, consuming Socket, SocketAddress, StreamServer) -> MultiplexedConnection

  let settings: ServerSettings
  let limits: MultiplexingLimits
  let waker: Waker

  init(
    _ settings: ServerSettings, _ limits: MultiplexingLimits,
    _ makeConnection: @escaping (Multiplexer, consuming Socket, SocketAddress, StreamServer) -> MultiplexedConnection
  ) throws(SelectorError) {
    precondition(limits.readSize > 0, "nothing can be read into \(limits.readSize) bytes")
    let selector = try EpollSelector<MultiplexedConnection?>()
    waker = selector.waker
    self.selector = selector
    self.settings = settings
    self.limits = limits
    self.makeConnection = makeConnection
    room = .allocate(byteCount: limits.readSize, alignment: 16)
    room.initializeMemory(as: UInt8.self, repeating: 0)
  }

  deinit {
    room.deallocate()
    for key in selector.keys { key.data?.didLeave() }
  }

  // MARK: - The loop

  func serve(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState, pollInterval: Duration
  ) throws(SelectorError) {
    defer { state.forgetStopRequest() }
    while !state.isStopRequested {
      try turn(server, listener, atMost: pollInterval)
      settings.serviceActions()
      // A hook, too, may send to connections that it knows, and close them.
      closeEnded()
    }
    try listen(listener.descriptor, false)
  }

  func handleOne(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState
  ) throws(SelectorError) {
    let deadline = settings.timeout.map { ContinuousClock.now.advanced(by: $0) }
    var isDone = false
    while !isDone, !state.isStopRequested {
      isDone = try turn(server, listener, atMost: deadline.map { .remaining(until: $0) }) > 0
      if !isDone, let deadline, ContinuousClock.now >= deadline {
        settings.handleTimeout()
        isDone = true
      }
    }
    if !isDone { state.forgetStopRequest() }
    try listen(listener.descriptor, false)
  }

  /// Sends what waits, as far as the clients take it in time, and closes all connections.
  func close(atMost timeout: Duration?) {
    let deadline = timeout.map { ContinuousClock.now.advanced(by: $0) }
    for key in selector.keys { key.data?.close() }
    closeEnded()
    while connectionCount > 0 {
      if let deadline, ContinuousClock.now >= deadline { break }
      let longest = deadline.map { min(Duration.remaining(until: $0), Duration.seconds(1)) } ?? .seconds(1)
      guard (try? selector.select(timeout: longest, into: &ready)) != nil else { break }
      handleReady {}
      lookAtTime()
    }
    for key in selector.keys { key.data?.abort() }
    closeEnded()
  }

  /// Waits once and does what there is to do. Returns how many connections had their turn; to come in is none yet.
  @discardableResult
  private func turn(
    _ server: StreamServer, _ listener: borrowing Socket, atMost timeout: Duration?
  ) throws(SelectorError) -> Int {
    if pauseEnd != 0, Clock.nanoseconds >= pauseEnd { pauseEnd = 0 }
    try listen(listener.descriptor, connectionCount < limits.maximumConnections && pauseEnd == 0)
    // There is something to look at once a second only if somebody asked for it.
    let looksAtTime = limits.idleTimeout != nil || closingCount > 0
    var timeout = timeout
    if looksAtTime { timeout = min(timeout ?? .seconds(1), .seconds(1)) }
    if pauseEnd != 0 { timeout = min(timeout ?? .milliseconds(100), .milliseconds(100)) }
    try selector.select(timeout: timeout, into: &ready)
    let count = ready.count { $0.key.data != nil }
    handleReady { accept(listener, server) }
    if looksAtTime { lookAtTime() }
    return count
  }

  private func handleReady(_ accept: () -> Void) {
    for index in ready.indices {
      let events = ready[index].events
      if let connection = ready[index].key.data {
        handle(connection, events)
      } else {
        accept()
      }
    }
    // No reference is kept to a connection that is closed.
    ready.removeAll(keepingCapacity: true)
  }

  private func listen(_ descriptor: CInt, _ isWanted: Bool) throws(SelectorError) {
    guard isWanted != (selector[descriptor] != nil) else { return }
    if isWanted {
      try selector.register(descriptor, for: .read, data: nil)
    } else {
      try selector.unregister(descriptor)
    }
  }

  // MARK: - Connections

  private func accept(_ listener: borrowing Socket, _ server: StreamServer) {
    // A bound, so that a rush of new connections does not hold up the old ones.
    for _ in 0..<64 where connectionCount < limits.maximumConnections {
      do throws(SocketError) {
        guard let accepted = try listener.tryAccept(nonBlocking: true) else { return }
        add(accepted, server)
      } catch {
        if Acceptance(after: error, server) == .exhausted { pauseEnd = Clock.nanoseconds + 100_000_000 }
        return
      }
    }
  }

  private func add(_ accepted: consuming AcceptedSocket, _ server: StreamServer) {
    let client = accepted.peerAddress
    guard settings.verifyRequest(client) else {
      try? accepted.socket.shutdown(.sending)
      return
    }
    let socket = accepted.socket
    if socket.family != .unix { try? socket.setOption(.noDelay, to: true) }
    let descriptor = socket.descriptor
    let connection = makeConnection(self, socket, client, server)
    do throws(SelectorError) {
      try selector.register(descriptor, for: .read, data: connection)
    } catch {
      return settings.handleError(error, client)
    }
    connectionCount += 1
    if limits.idleTimeout != nil { connection.lastActivity = Clock.seconds }
    connection.setUp()
    closeEnded()
  }

  private func handle(_ connection: MultiplexedConnection, _ events: Events) {
    if limits.idleTimeout != nil { connection.lastActivity = Clock.seconds }
    if events.contains(.write) {
      connection.sendPending()
    } else {
      connection.read(into: room)
    }
    if !ended.isEmpty { closeEnded() }
  }

  /// Looks for bytes of a connection, or for room for those that wait.
  func watch(_ connection: MultiplexedConnection, for events: Events) {
    guard let descriptor = connection.descriptor else { return }
    do throws(SelectorError) {
      try selector.modify(descriptor, for: events, data: connection)
    } catch {
      connection.fail(error)
    }
  }

  func didBeginClosing(_ connection: MultiplexedConnection) {
    closingCount += 1
    connection.lastActivity = Clock.seconds
  }

  func didEnd(_ connection: MultiplexedConnection) { ended.append(connection) }

  /// Now that no handler runs.
  private func closeEnded() {
    while let connection = ended.popLast() {
      if let descriptor = connection.descriptor { _ = try? selector.unregister(descriptor) }
      if connection.wasClosing { closingCount -= 1 }
      connectionCount -= 1
      connection.didLeave()
      connection.finish()
    }
  }

  // MARK: - Time

  /// How long a connection may take to send its last bytes, where nobody has set an idle timeout.
  private static let closingTimeout: UInt32 = 30

  /// Once a second: ends connections that are silent for too long.
  private func lookAtTime() {
    let now = Clock.seconds
    guard now != lastSweep else { return }
    lastSweep = now
    let idleTimeout = limits.idleTimeout.map { UInt32(clamping: max(1, $0.components.seconds)) }
    for key in selector.keys {
      guard let connection = key.data else { continue }
      let silence = now &- connection.lastActivity
      if let idleTimeout, silence > idleTimeout {
        connection.fail(
          ServerError(.idleTimeout, "the client was silent for more than \(idleTimeout) seconds; it may connect again"))
      } else if connection.stage == .closing, silence > Self.closingTimeout {
        connection.abort()
      }
    }
    closeEnded()
  }
}
