/// Answers the requests of a ``DatagramServer``, a new handler for each datagram. (Python: `DatagramRequestHandler`, and
/// `BaseRequestHandler` of a datagram server.)
///
/// ```swift
/// struct UpperCase: DatagramRequestHandler {
///   func handle(_ request: inout DatagramRequest) throws {
///     request.write(request.text.uppercased())
///   }
/// }
/// ```
///
/// A handler is made and used in the one thread where its request runs, and need not be `Sendable`; what several
/// handlers share must be. What it has written goes back to the sender, as one datagram, when it is done.
public protocol DatagramRequestHandler: ~Copyable, SendableMetatype {
  /// Called first. (Python: `setup()`.)
  mutating func setup(_ request: inout DatagramRequest) throws

  /// Answers the request. (Python: `handle()`.)
  mutating func handle(_ request: inout DatagramRequest) throws

  /// Called last, also when ``handle(_:)`` threw, but not when ``setup(_:)`` did. (Python: `finish()`.)
  mutating func finish(_ request: inout DatagramRequest) throws
}

extension DatagramRequestHandler where Self: ~Copyable {
  @inlinable
  public mutating func setup(_ request: inout DatagramRequest) throws {}

  @inlinable
  public mutating func finish(_ request: inout DatagramRequest) throws {}

  /// All of it, as Python's `BaseRequestHandler.__init__` does.
  @inlinable
  consuming func run(_ request: inout DatagramRequest) throws {
    try setup(&request)
    do {
      try handle(&request)
    } catch {
      // What went wrong first is told, whatever goes wrong after it.
      try? finish(&request)
      throw error
    }
    try finish(&request)
  }
}
