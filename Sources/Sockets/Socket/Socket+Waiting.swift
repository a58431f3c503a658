internal import CSockets
internal import Glibc
internal import SystemPackage

/// What a call waits for.
enum Readiness {
  case readable
  case writable

  var events: Int16 { self == .readable ? Int16(POLLIN) : Int16(POLLOUT) }
}

extension Socket {
  /// Runs a system call until it is done, refused, or out of time.
  ///
  /// Receiving with a timeout waits first, since there is mostly nothing yet: two calls, not three.
  /// Sending tries first, since there is mostly room.
  ///
  /// - Parameters:
  ///   - call: Its name.
  ///   - readiness: What it waits for.
  ///   - flags: What it is called with.
  ///   - body: The call; negative is a failure, with `errno`.
  @inline(__always)
  func perform(
    _ call: String, _ readiness: Readiness, _ flags: MessageFlags = [], _ body: () -> Int
  ) throws(SocketError) -> Int {
    let timeout = timeoutNanoseconds
    guard timeout > 0, flags.mayWait else { return try performAtOnce(call, body) }
    return try perform(call, readiness, until: Deadline(after: timeout), waitFirst: readiness == .readable, body)
  }

  /// Runs a system call, again after each interruption.
  @inline(__always)
  func performAtOnce(_ call: String, _ body: () -> Int) throws(SocketError) -> Int {
    while true {
      let result = body()
      if result >= 0 { return result }
      let error = SystemCalls.lastError
      if error != .interrupted { throw SocketError(call, error) }
    }
  }

  /// Runs a system call of a descriptor that does not block, waiting for it until the deadline.
  func perform(
    _ call: String, _ readiness: Readiness, until deadline: Deadline, waitFirst: Bool, _ body: () -> Int
  ) throws(SocketError) -> Int {
    if waitFirst { try wait(for: readiness, until: deadline, call) }
    var wasReady = false
    while true {
      let result = body()
      if result >= 0 { return result }
      switch SystemCalls.lastError {
      case .interrupted: continue
      case .wouldBlock:
        // A Unix datagram socket that is not connected is always ready, whatever the receiver's queue has room for.
        if wasReady { try Self.pause(until: deadline, call) }
        // Or another thread has taken what there was: wait for more, up to the same deadline.
        try wait(for: readiness, until: deadline, call)
        wasReady = true
      case let error: throw SocketError(call, error)
      }
    }
  }

  /// Runs a system call once, never waiting; nil when it would have to.
  @inline(__always)
  func tryPerform(_ call: String, _ body: () -> Int) throws(SocketError) -> Int? {
    while true {
      let result = body()
      if result >= 0 { return result }
      switch SystemCalls.lastError {
      case .interrupted: continue
      case .wouldBlock: return nil
      case let error: throw SocketError(call, error)
      }
    }
  }

  func wait(for readiness: Readiness, until deadline: Deadline, _ call: String) throws(SocketError) {
    try Self.wait(for: readiness, of: descriptor, until: deadline, call)
  }

  /// Waits until a descriptor is ready. A failure of the descriptor's counts as ready: the call that
  /// follows says what it is.
  static func wait(
    for readiness: Readiness, of descriptor: CInt, until deadline: Deadline, _ call: String
  ) throws(SocketError) {
    var request = pollfd(fd: descriptor, events: readiness.events, revents: 0)
    while true {
      let remaining = deadline.remaining
      // Without a look: who is always sent something would never be out of time.
      guard remaining != 0 else { throw SocketError(deadlineOf: call) }
      let ready = csockets_poll(&request, 1, remaining)
      if ready > 0 { return }
      if ready == 0 { throw SocketError(deadlineOf: call) }
      let error = SystemCalls.lastError
      if error != .interrupted { throw SocketError("poll", error) }
    }
  }

  /// Whether a descriptor is ready now.
  static func isReady(for readiness: Readiness, _ descriptor: CInt) throws(SocketError) -> Bool {
    var request = pollfd(fd: descriptor, events: readiness.events, revents: 0)
    while true {
      let ready = csockets_poll(&request, 1, 0)
      if ready >= 0 { return ready > 0 }
      let error = SystemCalls.lastError
      if error != .interrupted { throw SocketError("poll", error) }
    }
  }

  /// Waits for a moment where the kernel has no event to wait for.
  private static func pause(until deadline: Deadline, _ call: String) throws(SocketError) {
    let remaining = deadline.remaining
    guard remaining != 0 else { throw SocketError(deadlineOf: call) }
    let longest: Int64 = 1_000_000
    _ = csockets_poll(nil, 0, remaining < 0 ? longest : min(remaining, longest))
  }
}
