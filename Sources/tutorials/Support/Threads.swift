import Glibc

/// A thread that runs a closure. (Python: `threading.Thread`.)
final class Thread: Sendable {
  private let number: pthread_t

  /// Starts it.
  init(_ body: @escaping @Sendable () -> Void) throws {
    let work = Unmanaged.passRetained(Work(body))
    var number = pthread_t()
    let failure = pthread_create(
      &number, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
      }, work.toOpaque())
    guard failure == 0 else {
      work.release()
      throw Failure("cannot start a thread: \(String(cString: strerror(failure)))")
    }
    self.number = number
  }

  /// Waits for its end; once for each thread.
  func join() { pthread_join(number, nil) }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
}

/// Does nothing for a time. (Python: `time.sleep()`.)
func pause(_ duration: Duration) {
  let (seconds, attoseconds) = duration.components
  var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
  var rest = timespec()
  while nanosleep(&time, &rest) != 0, errno == EINTR { time = rest }
}
