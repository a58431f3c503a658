internal import Sockets

/// What a suspended call is woken for.
@usableFromInline
enum Wake: UInt8, Sendable {
  case ready
  case deadline
  case cancelled
  case closed
  case loopEnded

  /// What to throw for it.
  ///
  /// - Parameter call: The system call that was waited for.
  func failure(of call: String) -> SocketError {
    switch self {
    case .ready, .deadline: SocketError(deadlineOf: call)
    case .cancelled:
      SocketError(.cancelled, call: call, "the task that waited was cancelled; the socket can still be used")
    case .closed: SocketError(.closed, call: call, "another task closed the socket")
    case .loopEnded:
      SocketError(.closed, call: call, "the socket's event loop has ended; use sockets inside withEventLoop only")
    }
  }
}

/// What the loop does for somebody after it has let its lock go: a continuation that has been taken from where it waited,
/// and what to resume it with, or a function. Whoever has one resumes it.
enum PendingWake {
  case task(UnsafeContinuation<Wake, Never>, Wake)
  case function(@Sendable () -> Void)

  @inline(__always)
  init(continuation: UnsafeContinuation<Wake, Never>, wake: Wake) { self = .task(continuation, wake) }

  init(call function: @escaping @Sendable () -> Void) { self = .function(function) }

  @inline(__always)
  func resume() {
    switch self {
    case .task(let continuation, let wake): continuation.resume(returning: wake)
    case .function(let function): function()
    }
  }
}

extension [PendingWake] {
  /// By index: an iterator allocates where it is not specialised, as in debug builds.
  func resumeAll() {
    var index = 0
    while index < count {
      self[index].resume()
      index += 1
    }
  }
}
