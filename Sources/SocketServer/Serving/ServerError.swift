public import SystemPackage

/// Why a server does not serve.
public struct ServerError: Error, Hashable, Sendable {
  /// What kind of failure.
  public let code: Code

  /// What the kernel answered; nil when it was not asked.
  public let errno: Errno?

  /// What was tried on what, and what to do about it.
  public let message: String

  init(_ code: Code, errno: Errno? = nil, _ message: String) {
    self.code = code
    self.errno = errno
    self.message = message
  }

  /// The kinds of failure. More may come: a `switch` needs a `default`.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    public let description: String

    private init(_ description: String) { self.description = description }

    /// The server was closed before.
    public static let closed = Code("closed")
    /// Another thread is serving.
    public static let alreadyServing = Code("already serving")
    /// The kernel refused; ``ServerError/errno`` says why.
    public static let systemCall = Code("system call")
    /// A connection's peer does not read what it is sent, and more than the bound has gathered.
    public static let outputLimit = Code("output limit")
    /// A connection was silent for longer than its timeout.
    public static let idleTimeout = Code("idle timeout")
  }
}

extension ServerError: CustomStringConvertible {
  public var description: String {
    guard let errno else { return message }
    return "\(message): \(errno)"
  }
}
