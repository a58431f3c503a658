/// One direction of an ``AsyncSocket``: the call that is under way in it, and whether the kernel is ready.
///
/// How no continuation is lost, and none resumed twice:
///
/// 1. A continuation is in one place only: `waiter`, in the lock. `park` puts it there, and whoever takes it out
///    (`takeWaiter`, which leaves nil) resumes it, exactly once. Takers are an edge, a timer, a cancellation, `close` and
///    the loop's end; the lock lets one of them have it.
/// 2. `park` puts it there only after it has looked, in the same critical section, for everything that may have come before:
///    closing, the loop's end, an edge, cancellation. Each of those leaves its mark before it looks for a waiter: all but
///    one in the same lock, and the runtime sets a task's cancelled bit before it calls the task's handler. So what came before
///    `park` is seen by it, and what comes after finds the continuation. A deadline that passed before is found by the
///    clock, which is read after parking.
/// 3. `isBusy` is set by the one call that may park, until that call is over. The cancellation handler of a call is gone
///    before the call ends, so that it meets no other call's continuation; the one of a task that covers all of its calls
///    looks whether the waiter is that task's. A timer compares its deadline, which each call that waits sets anew.
/// 4. An edge is lost only if `isReady` is cleared after it came and before the system call that it was for. It is cleared
///    before the call, in `enter`, or when the edge is handed to the waiter; one that comes while the call runs stays. A
///    read that brought less than there was room for has emptied a TCP socket (man 7 epoll, questions and answers), so that
///    more bytes are a new edge; where more than bytes came (an end, an error, urgent data), or where the socket is of
///    another kind, readiness stays until a call would have blocked.
///
/// All of it is protected by the socket's lock.
struct Side {
  /// The call that is suspended, if one is.
  private var waiter: UnsafeContinuation<Wake, Never>?
  /// The waiter's task has one handler for all of its calls.
  private var isWaiterCovered = false
  /// That task has been cancelled.
  private var isCoveredTaskCancelled = false
  /// A call is under way: the socket is not closed under its feet.
  private var isBusy = false
  /// An edge has come that no call has used yet.
  private var isReady = false
  /// The kernel has reported more than bytes: readiness stays until a call would block.
  private var isOutOfTheOrdinary = false
  private var phase = Phase.open

  enum Phase {
    case open
    /// The loop has ended. Calls that need not wait still work.
    case loopEnded
    /// Closed by a task; nothing begins.
    case closing
  }

  /// Why a call cannot begin.
  enum Refusal: Error {
    case closed, busy
  }

  /// Begins a call.
  ///
  /// - Returns: Whether to try before waiting: there was an edge that nobody has used.
  @inline(__always)
  mutating func enter() -> Result<Bool, Refusal> {
    guard phase != .closing else { return .failure(.closed) }
    guard !isBusy else { return .failure(.busy) }
    isBusy = true
    let wasReady = isReady
    isReady = wasReady && isOutOfTheOrdinary
    return .success(wasReady)
  }

  /// A call may begin.
  var isIdle: Bool { phase != .closing && !isBusy }

  /// A call that was begun and not ended in one critical section goes on after it.
  mutating func goOn() {
    isBusy = true
    isReady = false
  }

  /// Ends a call.
  ///
  /// - Parameter isMore: The next call tries before it waits.
  /// - Returns: Whether the side has gone down: it was closed while the call was under way.
  @inline(__always)
  mutating func leave(isMore: Bool) -> Bool {
    isBusy = false
    if isMore { isReady = true }
    return phase == .closing
  }

  /// A system call would have blocked.
  ///
  /// - Returns: Whether to try again before waiting. What came out of the ordinary has been used up; but bytes may have come
  ///   meanwhile whose edge is not to be told from it.
  mutating func wouldBlock() -> Bool {
    guard isOutOfTheOrdinary else { return false }
    isOutOfTheOrdinary = false
    isReady = false
    return true
  }

  /// Keeps the continuation of the call that is under way.
  ///
  /// - Parameter isCovered: The task has one handler for all of its calls; ``cancelCovered()`` is called by it.
  /// - Returns: What to resume it with at once, instead; nil if it is kept.
  @inline(__always)
  mutating func park(_ continuation: UnsafeContinuation<Wake, Never>, isCovered: Bool) -> Wake? {
    switch phase {
    case .open: break
    case .closing: return .closed
    case .loopEnded: return .loopEnded
    }
    if isReady {
      isReady = isOutOfTheOrdinary
      return .ready
    }
    if isCovered ? isCoveredTaskCancelled : Task.isCancelled { return .cancelled }
    waiter = continuation
    isWaiterCovered = isCovered
    return nil
  }

  /// Takes the call that is suspended, to be resumed by whoever takes it.
  @inline(__always)
  mutating func takeWaiter(_ wake: Wake) -> PendingWake? {
    guard let continuation = waiter else { return nil }
    waiter = nil
    return PendingWake(continuation: continuation, wake: wake)
  }

  /// The task whose handler covers all of its calls has been cancelled.
  mutating func cancelCovered() -> PendingWake? {
    isCoveredTaskCancelled = true
    return isWaiterCovered ? takeWaiter(.cancelled) : nil
  }

  /// That task's handler is gone.
  mutating func endCover() { isCoveredTaskCancelled = false }

  /// The kernel is ready.
  @inline(__always)
  mutating func edgeCame(isOutOfTheOrdinary isMore: Bool) -> PendingWake? {
    if isMore { isOutOfTheOrdinary = true }
    guard let wake = takeWaiter(.ready) else {
      isReady = true
      return nil
    }
    if isMore { isReady = true }
    return wake
  }

  mutating func loopEnded() -> PendingWake? {
    if phase == .open { phase = .loopEnded }
    return takeWaiter(.loopEnded)
  }

  /// Lets no more calls begin, and takes the one that waits.
  ///
  /// - Returns: The waiter, and whether the side has gone down: it had not before, and no call is under way.
  mutating func close() -> (waiter: PendingWake?, isDown: Bool) {
    guard phase != .closing else { return (nil, false) }
    phase = .closing
    return (takeWaiter(.closed), !isBusy)
  }

  var isClosed: Bool { phase == .closing }
}
