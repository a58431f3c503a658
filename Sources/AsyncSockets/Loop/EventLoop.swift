internal import Glibc
internal import Selectors
internal import Sockets
internal import Synchronization

/// A thread that waits for sockets and timers, and runs the tasks that wait for them.
///
/// ```text
///        tasks of other threads            the loop's thread
///      +------------------------+        +----------------------------------------------+
///      | enqueue -> inbox, wake | -----> | ready jobs, at most 512 -> inbox -> epoll -> |--+
///      | close, cancel          |        |   sockets and timers wake their tasks        |  |
///      +------------------------+        +----------------------------------------------+  |
///                                             ^------------------------------------------+
/// ```
///
/// ``withEventLoop(_:)`` makes one. It is the executor that tasks inside prefer: code that awaits bytes is
/// continued in the thread that saw them come, and changes no thread from message to message. Code that computes for long
/// holds up the other tasks of the loop; give such work to another executor
/// (`withTaskExecutorPreference(globalConcurrentExecutor)`). (Python: `asyncio`'s event loop.)
public final class EventLoop: TaskExecutor, @unchecked Sendable {
  // Sendable, although `ready` and `buffers` are changed without a lock: only the loop's thread touches them, which
  // every access checks (`isCurrent`) or is part of the thread's own function. The rest is constant, atomic, or in a
  // lock. `serial` is set once, before anybody else has the loop.

  let poller: Poller

  /// The most bytes that one receive brings.
  let bufferSize: Int

  let registry = Locked(Registry())
  private let inbox = Locked(Inbox())

  /// The number of the thread that runs the loop; 0 before and after. A thread that finds its own number here has
  /// written it itself.
  private let thread = Atomic<UInt>(0)

  @exclusivity(unchecked) var ready = JobQueue()
  @exclusivity(unchecked) var buffers: BufferPool
  private var serial: LoopSerialExecutor?

  /// How many jobs run before sockets are looked at again.
  static let jobsPerRound = 512

  init(bufferSize: Int) throws(SocketError) {
    poller = try Poller()
    self.bufferSize = bufferSize
    buffers = BufferPool(bufferSize: bufferSize)
    serial = LoopSerialExecutor(self)
  }

  /// Whether the caller runs in this loop's thread.
  @inline(__always)
  public var isCurrent: Bool { thread.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// The executor of an actor that is to live on this loop: its methods run in the loop's thread.
  ///
  /// ```swift
  /// actor Room {
  ///   let loop: EventLoop
  ///   init(on loop: EventLoop) { self.loop = loop }
  ///   nonisolated var unownedExecutor: UnownedSerialExecutor { loop.serialExecutor }
  /// }
  /// ```
  ///
  /// The actor keeps the loop, as above: the executor is not owned by who uses it.
  public var serialExecutor: UnownedSerialExecutor {
    guard let serial else { preconditionFailure("an event loop without its executor") }
    return serial.asUnownedSerialExecutor()
  }

  // MARK: - Jobs

  public func enqueue(_ job: consuming ExecutorJob) { enqueue(Job(job: UnownedJob(job), isIsolated: false)) }

  @inline(__always)
  func enqueue(_ job: Job) {
    guard !isCurrent else { return ready.append(job) }
    enqueueFromOutside(job)
  }

  private func enqueueFromOutside(_ job: Job) {
    let waker = retainedWaker()
    defer { waker.release() }
    let needsThread = inbox.withLock { inbox in
      inbox.jobs.append(job)
      guard inbox.phase == .ended else { return false }
      inbox.phase = .draining
      return true
    }
    // Without its job the loop's task cannot end, and keeps the loop; but when nothing runs it, the job waits.
    if needsThread { startThread { $0.drain() } } else { waker._withUnsafeGuaranteedRef { $0.wake() } }
  }

  /// The waker, to be released: for who gives something away that may end the loop's life, and wakes it then. What is
  /// given away may be done in another thread at once.
  func retainedWaker() -> Unmanaged<Waker> { Unmanaged.passRetained(poller.waker) }

  /// What other threads have for the loop.
  struct Inbox {
    var jobs: [Job] = []
    var phase = Phase.running
    /// Resumed by the thread as the last thing it does.
    var end: UnsafeContinuation<Void, Never>?
  }

  /// ```text
  /// running -> stopping -> ended <-> draining
  /// ```
  enum Phase {
    case running
    /// The scope is over: what is ready still runs, then the thread ends.
    case stopping
    /// No thread. A job that comes now starts one.
    case ended
    /// A thread runs jobs that came after the end, and ends when there are none: a task that outlived its loop's
    /// scope goes on, and finds its sockets closed.
    case draining
  }

  // MARK: - The thread

  func start() { startThread { $0.run() } }

  private func startThread(_ body: @escaping @Sendable (EventLoop) -> Void) {
    let start = Unmanaged.passRetained(ThreadStart(loop: self, body: body)).toOpaque()
    var thread = pthread_t()
    let failure = pthread_create(
      &thread, nil,
      { start in
        guard let start else { return nil }
        let it = Unmanaged<ThreadStart>.fromOpaque(start).takeRetainedValue()
        it.body(it.loop)
        return nil
      }, start)
    precondition(failure == 0, "an event loop has no thread: \(String(cString: strerror(failure)))")
    pthread_detach(thread)
  }

  private final class ThreadStart: Sendable {
    let loop: EventLoop
    let body: @Sendable (EventLoop) -> Void
    init(loop: EventLoop, body: @escaping @Sendable (EventLoop) -> Void) {
      self.loop = loop
      self.body = body
    }
  }

  private func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    var wakes: [PendingWake] = []
    wakes.reserveCapacity(2 * Poller.maximumReports)
    var phase = Phase.running
    while true {
      runJobs()
      phase = takeInbox()
      if phase == .stopping, ready.count == 0 { break }
      let next = registry.withLock { $0.timers.nextMoment }
      let count = poller.wait(nanoseconds: waitingTime(until: next, phase))
      deliver(count, next, &wakes)
    }
    endSockets()
    drain()
  }

  /// Runs what came to the end, and lets the thread end.
  private func drain() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    while true {
      runJobs()
      let end: UnsafeContinuation<Void, Never>?? = inbox.withLock { inbox in
        guard inbox.jobs.isEmpty, ready.count == 0 else { return nil }
        thread.store(0, ordering: .relaxed)
        inbox.phase = .ended
        defer { inbox.end = nil }
        return .some(inbox.end)
      }
      if let end {
        end?.resume()
        return
      }
      _ = takeInbox()
    }
  }

  private func runJobs() {
    var budget = Self.jobsPerRound
    let executor = asUnownedTaskExecutor()
    let serialExecutor = serialExecutor
    while budget > 0, let next = ready.popFirst() {
      budget &-= 1
      if next.isIsolated {
        next.job.runSynchronously(isolatedTo: serialExecutor, taskExecutor: executor)
      } else {
        next.job.runSynchronously(on: executor)
      }
    }
  }

  private func takeInbox() -> Phase {
    inbox.withLock { inbox in
      for job in inbox.jobs { ready.append(job) }
      inbox.jobs.removeAll(keepingCapacity: true)
      return inbox.phase
    }
  }

  private func waitingTime(until next: Int64, _ phase: Phase) -> Int64 {
    if ready.count > 0 || phase != .running { return 0 }
    return next == MonotonicTime.never ? -1 : max(0, next - MonotonicTime.now)
  }

  /// Wakes the tasks whose sockets are ready or whose time has come. Their continuations are resumed after the lock,
  /// for a task of another executor is handed to code that is not ours.
  private func deliver(_ count: Int, _ next: Int64, _ wakes: inout [PendingWake]) {
    guard count > 0 || next != MonotonicTime.never else { return }
    registry.withLock { registry in
      for index in 0..<count {
        guard let (token, edges) = poller.report(index), let socket = registry.socket(of: token) else { continue }
        socket._withUnsafeGuaranteedRef { $0.edgesCame(edges, waking: &wakes) }
      }
      if registry.timers.nextMoment != MonotonicTime.never {
        registry.timers.fire(at: MonotonicTime.now, waking: &wakes)
      }
    }
    wakes.resumeAll()
    wakes.removeAll(keepingCapacity: true)
  }

  /// The scope is over: nobody will be woken by the kernel any more.
  private func endSockets() {
    var wakes: [PendingWake] = []
    registry.withLock { registry in
      registry.hasEnded = true
      registry.forEachSocket { $0.loopEnded(waking: &wakes) }
      registry.timers.fire(at: MonotonicTime.never, waking: &wakes)
    }
    wakes.resumeAll()
  }

  /// Ends the loop: what is ready runs, then the thread ends.
  func stop() async {
    let waker = retainedWaker()
    await withUnsafeContinuation { continuation in
      inbox.withLock { inbox in
        inbox.phase = .stopping
        inbox.end = continuation
      }
      // Released here, where it is used last: the task may be over by then.
      waker._withUnsafeGuaranteedRef { $0.wake() }
      waker.release()
    }
  }
}
