internal import Sockets

/// How an ``AsyncServer`` serves.
public struct AsyncServerSettings: Sendable {
  /// How many connections may be open at a time; at that number the server accepts none, and the next ones wait in the
  /// kernel's queue: nobody is dropped.
  public var maximumConnections = 100_000

  /// How many connections may wait to be accepted.
  public var backlog = Socket.maximumBacklog

  /// Whether an IPv6 listener on every address takes IPv4 peers too.
  public var dualStack = false

  /// How connections come to several loops.
  public var distribution = Distribution.sharedPort

  /// Called with what a handler threw; ends of connections and cancellations are no errors.
  public var handleError: @Sendable (any Error) -> Void = { _ in }

  /// As the properties say.
  public init() {}

  /// How connections come to several loops.
  public enum Distribution: Hashable, Sendable {
    /// Each loop has a listener of its own on the same port, and the kernel chooses (`SO_REUSEPORT`, man 7 socket).
    case sharedPort
    /// The first loop accepts, and hands the connections to all in turn. For Unix sockets always.
    case handedOver
  }
}
