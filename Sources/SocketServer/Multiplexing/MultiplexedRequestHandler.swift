/// Answers one connection of a ``StreamServer`` whose connections share a single thread. (Python has no counterpart in
/// `socketserver`; `asyncio.Protocol` is nearest.)
///
/// ```swift
/// struct Echo: MultiplexedRequestHandler {
///   func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) {
///     connection.send(bytes)
///   }
/// }
/// ```
///
/// A handler is called when something has happened, keeps what it has to know in its own properties, and never waits:
/// while it runs, all other connections wait. It lives as long as its connection, in the serving thread.
public protocol MultiplexedRequestHandler: SendableMetatype {
  /// Called when the connection has been accepted. (Python: `setup()`.)
  mutating func setup(_ connection: MultiplexedConnection) throws

  /// Called when bytes have come. (Python: `handle()`.)
  ///
  /// - Parameters:
  ///   - bytes: What has come, at least one byte; a message may come in several calls, or several in one.
  ///     They are gone after the call: copy what you keep.
  ///   - connection: Where from.
  mutating func handle(_ bytes: RawSpan, from connection: MultiplexedConnection) throws

  /// Called when the client has sent its end; it may still listen. Unless said otherwise, the connection is closed when
  /// all has been sent.
  mutating func handleEnd(_ connection: MultiplexedConnection) throws

  /// Called last, when the connection is closed, whoever closed it; nothing can be sent any more. (Python: `finish()`.)
  mutating func finish(_ connection: MultiplexedConnection)
}

extension MultiplexedRequestHandler {
  public mutating func setup(_ connection: MultiplexedConnection) throws {}
  public mutating func handleEnd(_ connection: MultiplexedConnection) throws { connection.close() }
  public mutating func finish(_ connection: MultiplexedConnection) {}
}
