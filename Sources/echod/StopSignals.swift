internal import Glibc
internal import SocketServer
internal import Synchronization

/// Ends a server on SIGTERM and SIGINT.
enum StopSignals {
  /// For a program of one thread: a signal handler asks the server to stop. The server lives as long as the program.
  static func handle(for server: any BaseServer) {
    stoppable.store(UInt(bitPattern: Unmanaged.passRetained(Stoppable(server)).toOpaque()), ordering: .releasing)
    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in
      guard let reference = UnsafeRawPointer(bitPattern: stoppable.load(ordering: .acquiring)) else { return }
      Unmanaged<Stoppable>.fromOpaque(reference).takeUnretainedValue().server.requestShutdown()
    }
    sigaction(SIGTERM, &action, nil)
    sigaction(SIGINT, &action, nil)
  }

  /// For a program of several: a thread of its own waits for the signals, and cuts the connections of requests that
  /// wait for their clients. Called before other threads start, which take over that the signals are blocked.
  static func await(for server: any BaseServer) {
    _ = block()
    var thread = pthread_t()
    pthread_create(
      &thread, nil,
      { argument in
        StopSignals.wait(for: StopSignals.all)
        if let argument {
          Unmanaged<Stoppable>.fromOpaque(argument).takeRetainedValue().server.shutdown(atMost: .zero)
        }
        return nil
      }, Unmanaged.passRetained(Stoppable(server)).toOpaque())
    pthread_detach(thread)
  }

  /// Blocks the signals, in this thread and those that it starts.
  static func block() -> sigset_t {
    var signals = all
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    return signals
  }

  /// Waits for one of the signals.
  static func wait(for signals: sigset_t) {
    var signals = signals
    var signal: CInt = 0
    while sigwait(&signals, &signal) != 0 {}
  }

  static var all: sigset_t {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    return signals
  }
}

/// The address of what a signal handler is to find: it may be called anywhere, and must not wait for a lock.
private let stoppable = Atomic<UInt>(0)

private final class Stoppable: Sendable {
  let server: any BaseServer
  init(_ server: any BaseServer) { self.server = server }
}
