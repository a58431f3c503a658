/// How a server's requests run: the part that is plugged in. (Python: the mix-ins, whose methods replace
/// `process_request`.)
///
/// ```text
///                       RequestRunner
///                             |
///         +-------------------+-------------------+
///         |                   |                   |
///     Sequential          Threading            Forking
///   one at a time,     a thread for each,   a process for each,
///   in the server's    a bounded number     a bounded number
///       thread
/// ```
///
/// A fourth way, one thread for all connections at once, asks for handlers that never wait:
/// ``MultiplexedRequestHandler``.
///
/// The server calls all methods from the thread that serves, except ``waitForRequests(atMost:)`` and
/// ``terminateRequests()``, which come from the thread that closes the server.
public protocol RequestRunner: Sendable {
  /// Runs a request, now or beside the server.
  ///
  /// - Parameters:
  ///   - request: What came. It is finished or, after an error, dropped, which closes its connection.
  ///   - finish: Handles the request and ends it; it never throws, for it tells the server of
  ///     errors. Call it once. Returns whether the handler succeeded.
  /// - Throws: When the request cannot be run: no thread, no process.
  func process<Request: ~Copyable & Sendable>(
    _ request: consuming Request, _ finish: @escaping @Sendable (consuming Request) -> Bool
  ) throws

  /// Whether no more requests can be run for now. The server accepts none then: they wait in the kernel's queue,
  /// up to ``ServerSettings/requestQueueSize``, and behind it the clients wait.
  var isFull: Bool { get }

  /// A descriptor that is readable when ``serviceActions()`` should be called; nil if there is none.
  var descriptor: Int32? { get }

  /// Called in each round of the server's loop, and when the ``descriptor`` is readable: collects
  /// what has ended. (Python: `service_actions()`, `handle_timeout()`.)
  func serviceActions()

  /// Waits until all requests have ended, when the server closes. (Python: `server_close()` of the mix-ins.)
  ///
  /// - Parameter timeout: How long at most; nil for ever.
  /// - Returns: Whether all have ended.
  func waitForRequests(atMost timeout: Duration?) -> Bool

  /// Makes the requests end that did not in time, as far as a runner can.
  func terminateRequests()
}

extension RequestRunner {
  public var isFull: Bool { false }
  public var descriptor: Int32? { nil }
  public func serviceActions() {}
  public func waitForRequests(atMost timeout: Duration?) -> Bool { true }
  public func terminateRequests() {}
}
