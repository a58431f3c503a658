internal import CSockets
internal import Glibc
internal import SystemPackage

/// Runs each request in a thread of its own, a bounded number at a time. (Python: `ThreadingMixIn`.)
///
/// A handler may wait as it likes, and holds nobody up. What handlers share must be `Sendable`.
public final class Threading: RequestRunner {
  private struct State: Sendable {
    var running: Set<pthread_t> = []
    /// Threads that are done, and have to be joined.
    var ended: [pthread_t] = []
    /// The room signal was given, and has not been read.
    var isSignalled = false
  }

  private let state = Monitor(State())
  /// Readable after a thread has ended while all places were taken.
  private let roomSignal: CInt
  private let stackSize: Int

  /// How many requests may run at the same time.
  public let maximumThreads: Int

  /// Makes a runner; one for each server.
  ///
  /// - Parameters:
  ///   - maximumThreads: How many requests run at the same time at most; further connections wait to be accepted.
  ///   - stackSize: The bytes of stack that each thread may use, at least 64 KiB. Only what is used takes memory.
  public init(maximumThreads: Int = 1000, stackSize: Int = 1 << 20) {
    precondition(maximumThreads > 0, "\(maximumThreads) threads run nothing")
    precondition(stackSize >= 1 << 16, "a stack of \(stackSize) bytes is too small; give at least 65536")
    self.maximumThreads = maximumThreads
    self.stackSize = (stackSize + 4095) & ~4095
    // Without the signal (no descriptor left), the next round of the loop sees that there is room.
    roomSignal = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
  }

  deinit {
    collect()
    // The last one to hold the runner may be a thread of its own, which cannot join itself.
    for thread in state.read({ $0.ended }) { pthread_detach(thread) }
    if roomSignal >= 0 { close(roomSignal) }
  }

  /// How many requests run now.
  public var activeThreads: Int { state.read { $0.running.count } }

  public func process<Request: ~Copyable & Sendable>(
    _ request: consuming Request, _ finish: @escaping @Sendable (consuming Request) -> Bool
  ) throws {
    collect()
    let work = ThreadWork(request) { request in _ = finish(request) }
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, stackSize)
    defer { pthread_attr_destroy(&attributes) }
    let start = ThreadStart(work: work, runner: self)
    // Under the lock, so that the thread is known as running before it can be known as ended.
    let result = state.update { state in
      var thread = pthread_t()
      let result = start.create(&thread, &attributes)
      if result == 0 { state.running.insert(thread) }
      return result
    }
    guard result == 0 else {
      throw ServerError(
        .systemCall, errno: Errno(rawValue: result),
        "cannot start a thread for a request; lower maximumThreads (\(maximumThreads)), or raise ulimit -u")
    }
  }

  /// Called by a thread at its end.
  fileprivate func end() {
    let own = pthread_self()
    state.update { state in
      if state.running.count >= maximumThreads, !state.isSignalled, roomSignal >= 0 {
        var one: UInt64 = 1
        state.isSignalled = write(roomSignal, &one, MemoryLayout<UInt64>.size) > 0
      }
      state.running.remove(own)
      state.ended.append(own)
    }
  }

  public var isFull: Bool { state.read { $0.running.count >= maximumThreads } }

  public var descriptor: CInt? { roomSignal >= 0 ? roomSignal : nil }

  public func serviceActions() {
    state.update { state in
      guard state.isSignalled else { return }
      var count: UInt64 = 0
      _ = read(roomSignal, &count, MemoryLayout<UInt64>.size)
      state.isSignalled = false
    }
    collect()
  }

  /// Joins the threads that are done: they end at once, if they have not yet.
  private func collect() {
    let ended = state.update { state in
      let own = pthread_self()
      let ended = state.ended.filter { $0 != own }
      state.ended.removeAll { $0 != own }
      return ended
    }
    for thread in ended { pthread_join(thread, nil) }
  }

  public func waitForRequests(atMost timeout: Duration?) -> Bool {
    // A request that closes its own server does not wait for itself.
    let own = pthread_self()
    let isDone = state.wait(atMost: timeout) { $0.running.isEmpty || $0.running == [own] }
    collect()
    return isDone
  }
}

extension RequestRunner where Self == Threading {
  /// Runs each request in a thread of its own; see ``Threading``.
  ///
  /// - Parameter maximumThreads: How many at the same time.
  public static func threading(maximumThreads: Int = 1000) -> Threading {
    Threading(maximumThreads: maximumThreads)
  }
}

/// What a thread is to do. It is made by one thread and done by another.
private final class ThreadWork<Request: ~Copyable & Sendable>: AnyThreadWork, @unchecked Sendable {
  // Sendable: the new thread has it after `pthread_create`, the old one touches it no more.
  private var request: Request?
  private let body: @Sendable (consuming Request) -> Void

  init(_ request: consuming Request, _ body: @escaping @Sendable (consuming Request) -> Void) {
    self.request = consume request
    self.body = body
  }

  func run() {
    guard let request = request.take() else { return }
    body(request)
  }
}

private protocol AnyThreadWork: AnyObject, Sendable {
  func run()
}

private final class ThreadStart: Sendable {
  private let work: any AnyThreadWork
  private let runner: Threading

  init(work: any AnyThreadWork, runner: Threading) {
    self.work = work
    self.runner = runner
  }

  func create(_ thread: inout pthread_t, _ attributes: inout pthread_attr_t) -> CInt {
    let reference = Unmanaged.passRetained(self)
    let result = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        start.work.run()
        start.runner.end()
        return nil
      }, reference.toOpaque())
    if result != 0 { reference.release() }
    return result
  }
}
