internal import Glibc
public import Sockets
internal import Synchronization

/// A socket whose calls suspend their task instead of blocking its thread.
///
/// ```swift
/// let connection = try await AsyncSocket.connect(to: "example.org", port: 80, timeout: .seconds(5), on: loop)
/// try await connection.sendAll("GET / HTTP/1.0\r\n\r\n".utf8)
/// while let bytes = try await connection.receive(timeout: .seconds(30)) { print(bytes.count) }
/// ```
///
/// Tasks may share one. One task at a time receives, and one at a time sends: a second gets
/// ``SocketError/Code/busy``. It closes when nobody has it any more, or in ``close()``.
///
/// Every call
/// - ends at once when its task is cancelled (``SocketError/Code/cancelled``), when its timeout has passed
///   (``SocketError/isTimedOut``), or when another task closes the socket (``SocketError/Code/closed``); after the first two
///   the socket can be used as before,
/// - takes its timeout as a deadline for the whole call, as ``Socket`` does,
/// - works from any thread; from a task that runs on the socket's loop it neither allocates nor changes threads.
///
/// (Python: a `StreamReader` and `StreamWriter`, or the `loop.sock_…` calls.)
public final class AsyncSocket: @unchecked Sendable {
  // Sendable: the sides, and the server that covers them, are touched with the lock only. The others are variables
  // without a lock: `socket` is replaced once, by `release`, when both sides have gone down, after which no call begins
  // and none is under way; a timer belongs to the call that is under way in its direction, and the lock, under which the
  // direction is handed over, orders their accesses. Side.swift has the rest.
  @exclusivity(unchecked) private(set) var socket: Socket
  @exclusivity(unchecked) private var readTimer: DirectionTimer?
  @exclusivity(unchecked) private var writeTimer: DirectionTimer?

  /// The loop whose thread watches the socket.
  public let loop: EventLoop

  private let lock = Lock()
  @exclusivity(unchecked) private var reading = Side()
  @exclusivity(unchecked) private var writing = Side()
  @exclusivity(unchecked) private var coveringServer: ObjectIdentifier?

  /// How many sides have gone down; the one that makes it two lets the descriptor go.
  private let sidesDown = Atomic<UInt8>(0)

  /// A short read says that the socket is empty: true of TCP. A Unix stream also stops at passed descriptors.
  private let isEmptiedByShortRead: Bool

  /// The loop's number of this registration; 0 when there is none.
  private var generation: UInt32 = 0

  /// The task that has one cancellation handler for all of its calls; see ``covering(_:)`` and ``beginCover(by:)``. It is written by that task,
  /// at both ends of its scope: whoever finds itself here has written it.
  private let coveredTask = Atomic<UInt>(0)

  /// Puts a socket on a loop. It does not block any more.
  ///
  /// - Throws: ``SocketError``, when the kernel has no memory to watch it or the loop has ended; the socket is closed then.
  public init(_ socket: consuming Socket, on loop: EventLoop) throws(SocketError) {
    try socket.setBlocking(false)
    self.loop = loop
    isEmptiedByShortRead = socket.type == .stream && (socket.family == .ipv4 || socket.family == .ipv6)
    self.socket = socket
    generation = try loop.register(self, self.socket.descriptor)
  }

  deinit {
    // Nobody waits: a call that waits has the socket.
    if generation != 0 { loop.unregister(socket.descriptor, generation, readTimer, writeTimer) }
  }

  @inline(__always)
  private func withReading<Result>(_ body: (inout Side) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&reading)
  }

  @inline(__always)
  private func withWriting<Result>(_ body: (inout Side) -> Result) -> Result {
    lock.lock()
    defer { lock.unlock() }
    return body(&writing)
  }

  // MARK: - Calls

  /// Begins a call that receives; returns whether to try before waiting.
  @inline(__always)
  func beginReading(_ call: String) throws(SocketError) -> Bool {
    switch withReading({ $0.enter() }) {
    case .success(let isReady): return isReady
    case .failure(let refusal): throw refusal.error(call)
    }
  }

  @inline(__always)
  func beginWriting(_ call: String) throws(SocketError) {
    if case .failure(let refusal) = withWriting({ $0.enter() }) { throw refusal.error(call) }
  }

  /// Sends with the lock held, if the whole is taken at once.
  ///
  /// - Returns: How many bytes; nil when the call is to be made in the usual way.
  @inline(__always)
  func sendLocked(_ bytes: RawSpan) throws(SocketError) -> Int? {
    lock.lock()
    defer { lock.unlock() }
    guard writing.isIdle, let sent = try socket.trySend(bytes) else { return nil }
    if sent < bytes.byteCount { writing.goOn() }
    return sent
  }

  /// Ends a call that receives.
  ///
  /// - Parameter isMore: The next one tries before it waits.
  @inline(__always)
  func endReading(isMore: Bool = false) { if withReading({ $0.leave(isMore: isMore) }) { sideWentDown() } }

  @inline(__always)
  func endWriting() { if withWriting({ $0.leave(isMore: false) }) { sideWentDown() } }

  /// A system call that receives would have blocked; see ``Side/wouldBlock()``.
  func readingWouldBlock() -> Bool { withReading { $0.wouldBlock() } }

  /// Whether a read of so many bytes may have left some behind.
  @inline(__always)
  func mayBeMore(after count: Int, of room: Int) -> Bool { count == room || !isEmptiedByShortRead }

  // MARK: - Waiting

  /// Suspends the task until the socket is readable, and throws if it is woken for another reason.
  func waitToRead(until deadline: Int64, _ call: String) async throws(SocketError) {
    setReadDeadline(deadline)
    let wake: Wake
    if isCovered {
      wake = await withUnsafeContinuation { parkReader($0, isCovered: true) }
    } else {
      wake = await suspendReader()
    }
    guard wake == .ready else { throw wake.failure(of: call) }
  }

  /// Suspends the task until the socket is writable, and throws if it is woken for another reason.
  func waitToWrite(until deadline: Int64, _ call: String) async throws(SocketError) {
    if deadline != MonotonicTime.never || writeTimer != nil {
      let timer = writeTimer ?? DirectionTimer(self, .writing)
      writeTimer = timer
      loop.setDeadline(deadline, of: timer)
    }
    let wake: Wake
    if isCovered {
      wake = await withUnsafeContinuation { parkWriter($0, isCovered: true) }
    } else {
      wake = await suspendWriter()
    }
    guard wake == .ready else { throw wake.failure(of: call) }
  }

  /// Sets the deadline of the call that receives. ``MonotonicTime/never``, too, where an earlier call had one.
  @inline(__always)
  func setReadDeadline(_ deadline: Int64) {
    guard deadline != MonotonicTime.never || readTimer != nil else { return }
    let timer = readTimer ?? DirectionTimer(self, .reading)
    readTimer = timer
    loop.setDeadline(deadline, of: timer)
  }

  @usableFromInline
  func suspendReader() async -> Wake {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { parkReader($0, isCovered: false) }
    } onCancel: {
      withReading { $0.takeWaiter(.cancelled) }?.resume()
    }
  }

  private func suspendWriter() async -> Wake {
    await withTaskCancellationHandler {
      await withUnsafeContinuation { parkWriter($0, isCovered: false) }
    } onCancel: {
      withWriting { $0.takeWaiter(.cancelled) }?.resume()
    }
  }

  // Once the continuation is parked the task may go on in another thread, end, and drop this socket, while these
  // functions are not over yet: what they use afterwards they have retained before.

  @usableFromInline
  func parkReader(_ continuation: UnsafeContinuation<Wake, Never>, isCovered: Bool) {
    let overdue = OverdueCheck(readTimer, loop)
    let wake = withReading { $0.park(continuation, isCovered: isCovered) }
    if let wake { continuation.resume(returning: wake) }
    overdue?.run()
  }

  private func parkWriter(_ continuation: UnsafeContinuation<Wake, Never>, isCovered: Bool) {
    let overdue = OverdueCheck(writeTimer, loop)
    let wake = withWriting { $0.park(continuation, isCovered: isCovered) }
    if let wake { continuation.resume(returning: wake) }
    overdue?.run()
  }

  // MARK: - Cancellation

  /// Runs the code of a task that mostly uses this socket, with one cancellation handler for all of the task's calls instead
  /// of one for each: a call costs a third less then. Calls of other tasks, those of child tasks too, have their own.
  ///
  /// Not for two tasks at the same time.
  func covering<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    beginCover(by: nil)
    defer { endCover() }
    return try await withTaskCancellationHandler {
      try await body()
    } onCancel: {
      cancelCovered()
    }
  }

  /// From now on the task's calls have no handlers of their own; ``cancelCovered()`` is called when it is cancelled.
  ///
  /// - Parameter server: Who calls it; nil for the task's own handler.
  func beginCover(by server: ObjectIdentifier?) {
    coveredTask.store(Self.currentTask, ordering: .relaxed)
    lock.lock()
    coveringServer = server
    lock.unlock()
  }

  func endCover() {
    coveredTask.store(0, ordering: .relaxed)
    lock.lock()
    coveringServer = nil
    reading.endCover()
    writing.endCover()
    lock.unlock()
  }

  func cancelCovered() {
    withReading { $0.cancelCovered() }?.resume()
    withWriting { $0.cancelCovered() }?.resume()
  }

  /// As ``cancelCovered()``, with the registry locked, if it is this server's connection.
  func cancelCovered(by server: ObjectIdentifier, waking wakes: inout [PendingWake]) {
    lock.lock()
    defer { lock.unlock() }
    guard coveringServer == server else { return }
    if let wake = reading.cancelCovered() { wakes.append(wake) }
    if let wake = writing.cancelCovered() { wakes.append(wake) }
  }

  /// Whether the caller is the task whose handler covers all of its calls.
  @inline(__always)
  var isCovered: Bool {
    let task = coveredTask.load(ordering: .relaxed)
    return task != 0 && task == Self.currentTask
  }

  /// A number that no other task has that lives at the same time; 0 outside tasks.
  @inline(__always)
  private static var currentTask: UInt {
    // The value is the task's address, which the standard library shows as a hash only, and that costs more than the
    // rest of the call. `unsafeBitCast` checks the size; nil is 0.
    withUnsafeCurrentTask { unsafeBitCast($0, to: UInt.self) }
  }

  // MARK: - What the loop says, with its registry locked

  @inline(__always)
  func edgesCame(_ edges: Edges, waking wakes: inout [PendingWake]) {
    lock.lock()
    defer { lock.unlock() }
    if edges.isReadable, let wake = reading.edgeCame(isOutOfTheOrdinary: edges.isOutOfTheOrdinary) {
      wakes.append(wake)
    }
    if edges.isWritable, let wake = writing.edgeCame(isOutOfTheOrdinary: false) { wakes.append(wake) }
  }

  func deadlineCame(_ direction: Direction, waking wakes: inout [PendingWake]) {
    let wake =
      direction == .reading
      ? withReading { $0.takeWaiter(.deadline) } : withWriting { $0.takeWaiter(.deadline) }
    if let wake { wakes.append(wake) }
  }

  func loopEnded(waking wakes: inout [PendingWake]) {
    if let wake = withReading({ $0.loopEnded() }) { wakes.append(wake) }
    if let wake = withWriting({ $0.loopEnded() }) { wakes.append(wake) }
  }

  // MARK: - Closing

  /// Closes the socket. Tasks that wait for it are woken with ``SocketError/Code/closed``, and no call works any more.
  ///
  /// It may be called more than once. What was sent is still delivered, as by ``Socket/close()``.
  public func close() {
    let (reader, isReadingDown) = withReading { $0.close() }
    let (writer, isWritingDown) = withWriting { $0.close() }
    reader?.resume()
    writer?.resume()
    if isReadingDown { sideWentDown() }
    if isWritingDown { sideWentDown() }
  }

  /// Each side goes down once, when it has been closed and no call is under way in it.
  private func sideWentDown() {
    guard sidesDown.add(1, ordering: .acquiringAndReleasing).newValue == 2 else { return }
    loop.unregister(socket.descriptor, generation, readTimer, writeTimer)
    generation = 0
    readTimer = nil
    writeTimer = nil
    socket = Socket(descriptor: -1, family: socket.family, type: socket.type)
  }

  /// Whether it has been closed here.
  public var isClosed: Bool { withReading { $0.isClosed } }
}

extension Side.Refusal {
  func error(_ call: String) -> SocketError {
    switch self {
    case .closed: SocketError(.closed, call: call, "the socket is closed")
    case .busy:
      SocketError(
        .busy, call: call, "another task is in such a call on this socket; let one task receive, and one send")
    }
  }
}
