internal import CSockets
internal import Glibc
internal import Selectors
internal import Synchronization
internal import SystemPackage

/// Runs each request in a process of its own, a bounded number at a time. (Python: `ForkingMixIn`.)
///
/// A handler that crashes, leaks or never ends harms no other; what it changes in memory, no other sees.
///
/// A program that forks has **one thread**. `fork` copies the thread that calls it and no other: a lock
/// that another thread holds at that moment stays locked in the child for ever, and there are locks
/// in the allocator, in the C library, in Swift's runtime. So a program with a forking server starts no threads and
/// no tasks, neither before nor while it serves; to stop it, a signal handler calls ``BaseServer/requestShutdown()``.
///
/// In the child, `SIGINT` and `SIGTERM` end the process, whatever the server's program does with them. The child ends
/// without running what the program wanted at its exit, with status 0 or, when the handler threw, 1.
public final class Forking: RequestRunner {
  private struct Children: ~Copyable {
    /// Process numbers, and their descriptors, or -1 where the kernel had none to give.
    var descriptors: [pid_t: CInt] = [:]
    /// Reports the descriptors of those that ended.
    var selector: EpollSelector<pid_t>?
    var ready: [ReadyKey<pid_t>] = []
  }

  private let children: Mutex<Children>

  /// How many requests may run at the same time. (Python: `max_children`.)
  public let maximumChildren: Int

  /// Readable when a child has ended.
  public let descriptor: CInt?

  /// Makes a runner; one for each server.
  ///
  /// - Parameter maximumChildren: How many requests run at the same time at most; further connections wait
  ///   to be accepted.
  public init(maximumChildren: Int = 40) {
    precondition(maximumChildren > 0, "\(maximumChildren) processes run nothing")
    self.maximumChildren = maximumChildren
    // Without a selector (no descriptor left), children are looked after in each round of the server's loop.
    var children = Children()
    children.selector = try? EpollSelector(maximumReports: maximumChildren)
    descriptor = children.selector?.descriptor
    self.children = Mutex(children)
  }

  deinit {
    children.withLock { children in
      for descriptor in children.descriptors.values where descriptor >= 0 { close(descriptor) }
    }
  }

  /// The processes that run requests now. (Python: `active_children`.)
  public var activeChildren: [Int32] { children.withLock { Array($0.descriptors.keys) } }

  public var isFull: Bool { children.withLock { $0.descriptors.count >= maximumChildren } }

  public func process<Request: ~Copyable & Sendable>(
    _ request: consuming Request, _ finish: @escaping @Sendable (consuming Request) -> Bool
  ) throws {
    let child = fork()
    if child == 0 {
      signal(SIGINT, SIG_DFL)
      signal(SIGTERM, SIG_DFL)
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGINT)
      sigaddset(&signals, SIGTERM)
      sigprocmask(SIG_UNBLOCK, &signals, nil)
      _exit(finish(request) ? 0 : 1)
    }
    guard child > 0 else {
      throw ServerError(
        .systemCall, errno: Errno(rawValue: errno),
        "cannot make a process for a request; lower maximumChildren (\(maximumChildren)), or raise ulimit -u")
    }
    children.withLock { children in
      let descriptor = csockets_pidfd_open(child)
      let isWatched =
        descriptor >= 0 && (try? children.selector?.register(descriptor, for: .read, data: child)) != nil
      if descriptor >= 0, !isWatched { close(descriptor) }
      // Who is not watched is asked in each round.
      children.descriptors[child] = isWatched ? descriptor : -1
    }
    // The request ends here for the parent: its descriptor closes, the child's stays open.
  }

  public func serviceActions() {
    children.withLock { children in
      if let ready = try? children.selector?.select(timeout: .zero) {
        for child in ready { Self.collect(child.key.data, &children) }
      }
      for (child, descriptor) in children.descriptors where descriptor < 0 { Self.collect(child, &children) }
    }
  }

  /// Takes a child's end note, if it has ended.
  private static func collect(_ child: pid_t, _ children: inout Children) {
    var status: CInt = 0
    var result = waitpid(child, &status, WNOHANG)
    while result < 0, errno == EINTR { result = waitpid(child, &status, WNOHANG) }
    // ECHILD: somebody else has waited for it, or the program ignores SIGCHLD.
    guard result != 0, let descriptor = children.descriptors.removeValue(forKey: child) else { return }
    guard descriptor >= 0 else { return }
    _ = try? children.selector?.unregister(descriptor)
    close(descriptor)
  }

  public func waitForRequests(atMost timeout: Duration?) -> Bool {
    let deadline = timeout.map { ContinuousClock.now.advanced(by: $0) }
    while true {
      serviceActions()
      if activeChildren.isEmpty { return true }
      if let deadline, ContinuousClock.now >= deadline { return false }
      waitForAChild(until: deadline)
    }
  }

  /// Waits until a child ends; those without a descriptor are looked after every 20 ms.
  private func waitForAChild(until deadline: ContinuousClock.Instant?) {
    let isBlind = children.withLock { $0.selector == nil || $0.descriptors.values.contains { $0 < 0 } }
    var longest: Duration? = deadline.map { .remaining(until: $0) }
    if isBlind { longest = min(longest ?? .milliseconds(20), .milliseconds(20)) }
    var question = pollfd(fd: descriptor ?? -1, events: Int16(POLLIN), revents: 0)
    csockets_poll(&question, 1, longest.map { $0.nanoseconds } ?? -1)
  }

  /// Ends the children: with `SIGTERM`, and those that are still there after two seconds with `SIGKILL`.
  public func terminateRequests() {
    for child in activeChildren { kill(child, SIGTERM) }
    guard !waitForRequests(atMost: .seconds(2)) else { return }
    for child in activeChildren { kill(child, SIGKILL) }
  }
}

extension RequestRunner where Self == Forking {
  /// Runs each request in a process of its own; see ``Forking``.
  ///
  /// - Parameter maximumChildren: How many at the same time.
  public static func forking(maximumChildren: Int = 40) -> Forking {
    Forking(maximumChildren: maximumChildren)
  }
}
