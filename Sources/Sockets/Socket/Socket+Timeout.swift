internal import CSockets
internal import Glibc

extension Socket {
  /// How long a call may wait: nil for ever, zero not at all. (Python: `gettimeout()`.)
  public var timeout: Duration? {
    let nanoseconds = timeoutNanoseconds
    return nanoseconds < 0 ? nil : .nanoseconds(nanoseconds)
  }

  /// Whether calls wait. (Python: `getblocking()`.)
  public var isBlocking: Bool { timeoutNanoseconds != 0 }

  /// Sets how long a call may wait. (Python: `settimeout()`.)
  ///
  /// It is a deadline, on the monotonic clock, for the whole of a call: a ``sendAll(_:flags:)`` of
  /// a gigabyte has it once, not once for each part that the peer takes.
  ///
  /// - Parameter timeout: nil to wait for ever; zero not to wait at all, so that a call that would
  ///   wait throws ``SocketError/isWouldBlock``; else the time after which it throws
  ///   ``SocketError/isTimedOut``.
  /// - Precondition: It is not negative.
  public func setTimeout(_ timeout: Duration?) throws(SocketError) {
    precondition(timeout.map { $0 >= .zero } ?? true, "a socket cannot wait \(timeout ?? .zero)")
    try setKernelBlocking(timeout == nil)
    timeoutNanoseconds = timeout?.nanoseconds ?? -1
  }

  /// Waits for ever, or not at all. (Python: `setblocking()`.)
  public func setBlocking(_ blocking: Bool) throws(SocketError) {
    try setTimeout(blocking ? nil : .zero)
  }

  /// Sets `O_NONBLOCK`, or takes it away.
  func setKernelBlocking(_ blocking: Bool) throws(SocketError) {
    let status = fcntl(descriptor, F_GETFL)
    guard status >= 0 else { throw SocketError("fcntl", SystemCalls.lastError) }
    let wanted = blocking ? status & ~O_NONBLOCK : status | O_NONBLOCK
    guard wanted == status || fcntl(descriptor, F_SETFL, wanted) >= 0 else {
      throw SocketError("fcntl", SystemCalls.lastError)
    }
  }
}
