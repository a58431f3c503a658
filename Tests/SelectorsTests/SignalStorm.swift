import Glibc
import Synchronization

private let receivedSignals = Atomic(0)

/// Sends this thread a signal again and again that does nothing but interrupt its system calls.
final class SignalStorm: Sendable {
  private let isOver = Atomic(false)
  private let before = receivedSignals.load(ordering: .relaxed)

  var received: Int { receivedSignals.load(ordering: .relaxed) - before }

  /// Runs the body until that many signals have come during it.
  func rage(until count: Int, _ body: () throws -> Void) rethrows {
    var action = sigaction()
    // No SA_RESTART: system calls fail with EINTR.
    action.__sigaction_handler.sa_handler = { _ in receivedSignals.add(1, ordering: .relaxed) }
    var old = sigaction()
    sigaction(SIGUSR2, &action, &old)
    defer { sigaction(SIGUSR2, &old, nil) }

    // The threads that tests run on may block signals.
    var signals = sigset_t()
    var blocked = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGUSR2)
    pthread_sigmask(SIG_UNBLOCK, &signals, &blocked)
    defer { pthread_sigmask(SIG_SETMASK, &blocked, nil) }

    let target = pthread_self()
    let thread = startThread {
      while !self.isOver.load(ordering: .relaxed) {
        pthread_kill(target, SIGUSR2)
        sched_yield()
      }
    }
    defer {
      isOver.store(true, ordering: .relaxed)
      pthread_join(thread, nil)
    }
    repeat { try body() } while received < count
  }
}

/// Starts a thread; the caller joins it.
func startThread(_ body: @escaping @Sendable () -> Void) -> pthread_t {
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let result = pthread_create(
    &thread, nil,
    { argument in
      Unmanaged<ThreadBody>.fromOpaque(argument!).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  precondition(result == 0, "no thread: \(result)")
  return thread
}

private final class ThreadBody: Sendable {
  let body: @Sendable () -> Void
  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}
