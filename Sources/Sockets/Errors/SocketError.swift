public import SystemPackage

/// What went wrong with a socket: the call, its `errno`, and the address it was about.
///
/// ```swift
/// do {
///   let socket = try Socket(connectingTo: "localhost", port: 8080)
///   …
/// } catch where error.isConnectionRefused {
///   print("nobody is listening there")
/// }
/// ```
///
/// Ask what happened by the predicates (``isTimedOut``, ``isConnectionReset``, …). Python raises
/// `OSError` and its subclasses, `socket.gaierror` and `UnicodeError` for the same.
///
/// The error of a call that would block is made without allocating memory.
public struct SocketError: Error, Sendable {
  /// What kind of failure.
  public let code: Code

  /// What the kernel answered; nil when it was not asked or had nothing to say.
  public let errno: Errno?

  /// The name of the call that failed, as its manual page spells it: `connect`, `sendmsg`.
  public let call: String

  /// How many bytes were sent before the failure: of `sendAll`, of `sendFile`, of a buffered writer.
  public internal(set) var bytesSent = 0

  private let detail: Detail?

  /// The address that the call was about, if it was about one.
  public var address: SocketAddress? { detail?.address }

  /// Why the resolver had no answer; nil for other failures.
  public var resolution: ResolutionFailure? { detail?.resolution }

  /// What each address of a name answered, in the order they were tried, when none would connect.
  public var attempts: [SocketError] { detail?.attempts ?? [] }

  /// What was tried, for people; nil when ``call`` says it all.
  var explanation: String? { detail?.explanation }

  /// A system call's failure, for calls of your own on a socket's descriptor.
  ///
  /// - Parameters:
  ///   - call: The call's name, as its manual page spells it.
  ///   - errno: What the kernel answered.
  ///   - address: The address that it was about.
  public init(_ call: String, _ errno: Errno, _ address: SocketAddress? = nil) {
    code = .systemCall
    self.errno = errno
    self.call = call
    detail = address.map { Detail(address: $0) }
  }

  /// A deadline that passed before the call was done.
  package init(deadlineOf call: String, _ address: SocketAddress? = nil) {
    code = .deadline
    errno = .timedOut
    self.call = call
    detail = address.map { Detail(address: $0) }
  }

  /// A failure that no system call reported.
  package init(
    _ code: Code, call: String = "", errno: Errno? = nil, _ explanation: String, _ address: SocketAddress? = nil
  ) {
    self.code = code
    self.errno = errno
    self.call = call
    detail = Detail(address: address, explanation: explanation)
  }

  /// A question that the resolver could not answer.
  init(_ resolution: ResolutionFailure, call: String, errno: Errno?, _ explanation: String) {
    code = .resolution
    self.errno = errno
    self.call = call
    detail = Detail(explanation: explanation, resolution: resolution)
  }

  /// None of a name's addresses would connect: the last one's failure, with all of them inside.
  package init(last: SocketError, attempts: [SocketError], _ explanation: String) {
    code = last.code
    errno = last.errno
    call = last.call
    detail = Detail(address: last.address, explanation: explanation, attempts: attempts)
  }

  package func withBytesSent(_ count: Int) -> SocketError {
    var error = self
    error.bytesSent = count
    return error
  }

  /// The same failure of a system call, or of its deadline, with the address it was about.
  package func withAddress(_ address: SocketAddress) -> SocketError {
    guard let errno, code != .deadline else { return SocketError(deadlineOf: call, address) }
    return SocketError(call, errno, address)
  }

  /// What few errors have. On the heap, so that the others stay small and free of allocation.
  private final class Detail: Sendable {
    let address: SocketAddress?
    let explanation: String?
    let resolution: ResolutionFailure?
    let attempts: [SocketError]

    init(
      address: SocketAddress? = nil, explanation: String? = nil, resolution: ResolutionFailure? = nil,
      attempts: [SocketError] = []
    ) {
      self.address = address
      self.explanation = explanation
      self.resolution = resolution
      self.attempts = attempts
    }
  }
}

extension SocketError {
  /// The kinds of failure. More may come: a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The kernel refused a call; ``SocketError/errno`` says why. (Python: `OSError`.)
    public static let systemCall = Code("system call")
    /// The socket's timeout passed before the call was done. (Python: `TimeoutError`.)
    public static let deadline = Code("deadline")
    /// A name or a service has no address. (Python: `gaierror`, `herror`.)
    public static let resolution = Code("resolution")
    /// An address cannot be written as the kernel wants it. (Python: `OSError`, `ValueError`.)
    public static let invalidAddress = Code("invalid address")
    /// A line or a text is longer than its bound.
    public static let limitExceeded = Code("limit exceeded")
    /// The peer sent its end in the middle of what was read. (Python: `EOFError`.)
    public static let unexpectedEnd = Code("unexpected end")
    /// Bytes that are no text in the encoding, or text that it cannot write. (Python: `UnicodeError`.)
    public static let encoding = Code("encoding")
    /// The task that waited was cancelled (`AsyncSockets`). (Python: `CancelledError`.)
    public static let cancelled = Code("cancelled")
    /// Another task closed the socket, or its event loop has ended (`AsyncSockets`).
    public static let closed = Code("closed")
    /// Another task is in the same kind of call on the socket (`AsyncSockets`). (Python: `RuntimeError`.)
    public static let busy = Code("busy")
  }
}
