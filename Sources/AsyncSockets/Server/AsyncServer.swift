public import Sockets
internal import Synchronization
internal import SystemPackage

/// A server of connections, each with a task of its own. (Python: `asyncio.start_server()`.)
///
/// ```swift
/// try await withEventLoop { loop in
///   let server = try AsyncServer(at: .ipv4(.any, port: 7), on: [loop])
///   try await server.serve { connection in
///     while let bytes = try await connection.receive() { try await connection.sendAll(bytes) }
///   }
/// }
/// ```
///
/// It listens from the moment it is made, and accepts while ``serve(_:)`` runs.
public final class AsyncServer: Sendable {
  /// Where it listens, with the port that it got.
  public let address: SocketAddress

  private let loops: [EventLoop]
  private let listeners: [AsyncSocket]
  private let settings: AsyncServerSettings
  private let slots: ConnectionSlots
  private let path: UnixSocketFile?
  /// The connections' tasks are being cancelled.
  private let isCancelled = Atomic(false)
  private let ending = Locked(Ending())

  struct Ending {
    var isAsked = false
    var grace = Duration.zero
  }

  /// Makes a server that listens.
  ///
  /// - Parameters:
  ///   - address: Where; port 0 for any free port, then ``address`` tells which.
  ///   - loops: Where its connections live; one, or several side by side.
  ///   - settings: What else is to be set.
  /// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isAddressNotAvailable``,
  ///   ``SocketError/isPermissionDenied``, ``SocketError/isTooManyOpenFiles``.
  public init(
    at address: SocketAddress, on loops: [EventLoop], settings: AsyncServerSettings = AsyncServerSettings()
  ) throws(SocketError) {
    precondition(!loops.isEmpty, "a server needs an event loop")
    precondition(settings.maximumConnections > 0, "a server of \(settings.maximumConnections) connections")
    let isShared = loops.count > 1 && settings.distribution == .sharedPort && address.family != .unix
    let first = try Self.listen(at: address, loops[0], isShared, settings)
    let bound = try first.localAddress
    var listeners = [first]
    if isShared {
      // The port is known now, also where any was asked for.
      for loop in loops.dropFirst() { listeners.append(try Self.listen(at: bound, loop, true, settings)) }
    }
    self.address = bound
    self.loops = loops
    self.listeners = listeners
    self.settings = settings
    path = UnixSocketFile(bound)
    slots = ConnectionSlots(settings.maximumConnections)
  }

  /// Makes a server on one loop; see ``init(at:on:settings:)-([EventLoop],_,_)``.
  public convenience init(
    at address: SocketAddress, on loop: EventLoop, settings: AsyncServerSettings = AsyncServerSettings()
  ) throws(SocketError) {
    try self.init(at: address, on: [loop], settings: settings)
  }

  private static func listen(
    at address: SocketAddress, _ loop: EventLoop, _ isShared: Bool, _ settings: AsyncServerSettings
  ) throws(SocketError) -> AsyncSocket {
    try AsyncSocket(
      Socket(listeningOn: address, backlog: settings.backlog, reusePort: isShared, dualStack: settings.dualStack),
      on: loop)
  }

  /// How many connections there are.
  public var connectionCount: Int { slots.connections }

  /// Accepts connections, and runs a handler for each in a child task, on the connection's loop.
  ///
  /// It returns after ``shutdown(grace:)``, or when its task is cancelled, which cancels the connections' tasks too; in both
  /// cases when all of them have ended. A connection is closed when its handler returns.
  ///
  /// - Parameter handler: Serves a connection. What it throws ends its connection only.
  /// - Throws: ``SocketError/Code/closed`` when the server has served before; ``SocketError`` when a listener fails.
  public func serve(_ handler: @escaping @Sendable (AsyncSocket) async throws -> Void) async throws(SocketError) {
    guard !listeners[0].isClosed else {
      throw SocketError(.closed, call: "accept", "this server has ended; make another one")
    }
    let failure: SocketError? = await withTaskGroup(of: SocketError?.self) { group in
      for (index, listener) in listeners.enumerated() {
        // A loop that has a listener of its own keeps what it accepts.
        let targets = listeners.count > 1 ? [loops[index]] : loops
        group.addTask(executorPreference: loops[index]) { await self.serve(listener, targets, handler) }
      }
      var failure: SocketError?
      for await one in group {
        // Without one of its listeners a server is only half of itself.
        if let one {
          failure = failure ?? one
          self.shutdown(grace: .zero)
        }
      }
      return failure
    }
    path?.remove()
    if let failure { throw failure }
  }

  private func serve(
    _ listener: AsyncSocket, _ targets: [EventLoop], _ handler: @escaping @Sendable (AsyncSocket) async throws -> Void
  ) async -> SocketError? {
    await withTaskCancellationHandler {
      await accept(listener, targets, handler)
    } onCancel: {
      cancelConnections()
    }
  }

  private func accept(
    _ listener: AsyncSocket, _ targets: [EventLoop], _ handler: @escaping @Sendable (AsyncSocket) async throws -> Void
  ) async -> SocketError? {
    await withDiscardingTaskGroup { group in
      var failure: SocketError?
      var next = 0
      while !isEnding, !Task.isCancelled {
        guard slots.take() else {
          await slots.waitForSlot()
          continue
        }
        do throws(SocketError) {
          let loop = targets[next]
          next = next + 1 == targets.count ? 0 : next + 1
          let connection = try await listener.accept(on: loop)
          slots.connected()
          group.addTask(executorPreference: loop) {
            await self.run(connection, handler)
          }
        } catch {
          slots.give(hadConnection: false)
          if error.code == .closed || error.code == .cancelled { break }
          guard error.isShortage else {
            failure = error
            break
          }
          // The connection stays in the queue until there is room for it, of which the kernel tells nobody: so it is tried
          // again after a pause, without which the loop would turn for nothing.
          settings.handleError(error)
          await listener.loop.sleep(for: .milliseconds(50))
        }
      }
      listener.close()
      await drain()
      cancelConnections()
      group.cancelAll()
      return failure
    }
  }

  /// A connection's task. Its frames stay as long as the connection is idle: it does little itself, so that they and the
  /// handler's fit into the thousand bytes that the runtime gives each task anyway.
  private func run(_ connection: AsyncSocket, _ handler: @Sendable (AsyncSocket) async throws -> Void) async {
    begin(connection)
    do {
      try await handler(connection)
    } catch {
      report(error)
    }
    connection.endCover()
    connection.close()
    slots.give(hadConnection: true)
  }

  /// The calls of a connection's task need no cancellation handler: nobody but this server cancels it, and wakes it then.
  @inline(never)
  private func begin(_ connection: AsyncSocket) {
    connection.beginCover(by: ObjectIdentifier(self))
    // Cancellation may have come before. If not, it finds the connection: it sets its mark before it looks, in the same
    // lock in which the connection has been marked as covered.
    if isCancelled.load(ordering: .sequentiallyConsistent) { connection.cancelCovered() }
  }

  @inline(never)
  private func report(_ error: any Error) {
    // Peers go away as they like, and so does the server.
    if error is CancellationError { return }
    if let error = error as? SocketError, error.isDisconnected || error.code == .cancelled || error.code == .closed {
      return
    }
    settings.handleError(error)
  }

  /// Wakes the connections' tasks, which are being cancelled.
  private func cancelConnections() {
    isCancelled.store(true, ordering: .sequentiallyConsistent)
    for loop in loops { loop.cancelCovered(by: ObjectIdentifier(self)) }
  }

  // MARK: - Ending

  /// Ends ``serve(_:)``: no more connections are accepted, and those that there are have some time to come to their end.
  ///
  /// - Parameter grace: How long; then their tasks are cancelled.
  public func shutdown(grace: Duration) {
    ending.withLock { ending in
      ending.grace = ending.isAsked ? min(ending.grace, grace) : grace
      ending.isAsked = true
    }
    for listener in listeners { listener.close() }
    slots.close()
  }

  private var isEnding: Bool { ending.withLock { $0.isAsked } }

  /// Waits for the connections' end, as long as their grace lasts.
  private func drain() async {
    let grace = ending.withLock { $0.grace }
    guard grace > .zero, !Task.isCancelled else { return }
    await withTaskGroup(of: Void.self) { group in
      // The grace is a time that the caller has given; the connections' end, below, ends the sleep.
      group.addTask { await self.loops[0].sleep(for: grace) }
      group.addTask { while self.slots.connections > 0, !Task.isCancelled { await self.slots.wait(whileAtLeast: 1) } }
      await group.next()
      group.cancelAll()
    }
  }
}

extension SocketError {
  /// The machine lacks something that it may have later.
  fileprivate var isShortage: Bool {
    switch errno {
    case Errno.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .noMemory, .noSpace: true
    default: false
    }
  }
}
