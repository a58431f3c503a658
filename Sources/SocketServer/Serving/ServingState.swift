internal import Glibc
internal import Selectors
internal import Synchronization

/// Whether a server serves, and who asked it to stop.
final class ServingState: Sendable {
  private struct Stage: Sendable {
    var thread: pthread_t?
    var isClosed = false
    /// What is left to be done for a close, by the serving thread at its end.
    var closesAtEnd = false
  }

  private let stage = Monitor(Stage())
  private let stopRequested = Atomic(false)
  private let waker: Waker

  init(waker: Waker) { self.waker = waker }

  /// Whether the loop has to end.
  var isStopRequested: Bool { stopRequested.load(ordering: .acquiring) }

  /// Asks the loop to end. Neither waits nor locks: signal handlers may call it.
  func requestStop() {
    stopRequested.store(true, ordering: .releasing)
    waker.wake()
  }

  /// Serves; one thread at a time.
  ///
  /// - Parameter close: Called at the end, if a request has closed the server from the serving thread.
  func serve(
    _ body: () throws(ServerError) -> Void, thenClose close: () -> Void
  ) throws(ServerError) {
    let refusal: ServerError? = stage.update { stage in
      if stage.isClosed { return ServerError(.closed, "the server is closed; make another") }
      if stage.thread != nil {
        return ServerError(.alreadyServing, "another thread serves already; shut the server down before")
      }
      stage.thread = pthread_self()
      return nil
    }
    if let refusal { throw refusal }
    defer {
      let hasToClose = stage.update { stage in
        stage.thread = nil
        return stage.closesAtEnd
      }
      if hasToClose { close() }
    }
    try body()
  }

  /// The loop has ended because it was asked to: the next one shall not.
  func forgetStopRequest() { stopRequested.store(false, ordering: .releasing) }

  /// Waits until nobody serves. The serving thread itself, in a request, does not wait for its own end.
  ///
  /// - Returns: Whether nobody else serves.
  func waitForEnd(atMost timeout: Duration?) -> Bool {
    let own = pthread_self()
    return stage.wait(atMost: timeout) { stage in
      guard let thread = stage.thread else { return true }
      return pthread_equal(thread, own) != 0
    }
  }

  /// Nobody shall serve from now on.
  ///
  /// - Returns: Whether the caller has to close the server; not if that was done before, nor in a request in the
  ///   serving thread, which does it at its end.
  func close() -> Bool {
    stage.update { stage in
      if stage.isClosed { return false }
      stage.isClosed = true
      if let thread = stage.thread { stage.closesAtEnd = pthread_equal(thread, pthread_self()) != 0 }
      return !stage.closesAtEnd
    }
  }
}
