internal import Glibc
public import Sockets

/// A connection that a ``StreamRequestHandler`` answers. (Python: `self.request`, `self.rfile`, `self.wfile`,
/// `self.client_address` and `self.server` of a handler.)
///
/// It closes at the end of its life, that is when its handler is done.
public struct StreamRequest: ~Copyable, Sendable {
  /// Who asks. (Python: `client_address`.)
  public let clientAddress: SocketAddress

  /// Whom: to shut it down, say. (Python: `server`.)
  public let server: StreamServer

  /// The connection as a file, with its buffers, and inside it the socket, `stream.socket`, for options.
  /// (Python: `rfile`, `wfile`, and `request` or `connection`.) What is written into it directly is sent at a flush.
  public var stream: SocketStream

  private let connections: ConnectionRegistry
  private let sendsAtOnce: Bool
  /// As it was at the beginning: a handler may put another stream into its place.
  private let descriptor: CInt

  init(
    _ stream: consuming SocketStream, from clientAddress: SocketAddress, to server: StreamServer,
    _ connections: ConnectionRegistry, sendsAtOnce: Bool
  ) {
    descriptor = stream.socket.descriptor
    connections.insert(descriptor)
    self.stream = stream
    self.clientAddress = clientAddress
    self.server = server
    self.connections = connections
    self.sendsAtOnce = sendsAtOnce
  }

  // Before the number is closed, and another connection's.
  deinit { connections.remove(descriptor) }

  /// Reads a line of text, without its newline; nil at the stream's end. (Python: `rfile.readline()`.)
  ///
  /// - Parameter limit: The most bytes, the newline among them.
  /// - Throws: ``SocketError/Code/limitExceeded``, ``SocketError/Code/encoding``, ``SocketError/isTimedOut``,
  ///   ``SocketError/isConnectionReset``.
  public mutating func readLine(limit: Int = 65_536) throws(SocketError) -> String? {
    try stream.readLine(limit: limit)
  }

  /// Reads what has arrived, waiting only if nothing has; none at the stream's end. (Python: `request.recv()`,
  /// `rfile.read1()`.)
  ///
  /// - Parameter maximum: The most bytes.
  public mutating func read(upTo maximum: Int) throws(SocketError) -> [UInt8] {
    try stream.read(upTo: maximum)
  }

  /// Reads what has arrived into a buffer, waiting only if nothing has. (Python: `request.recv_into()`.)
  ///
  /// - Returns: How many bytes; 0 at the stream's end.
  public mutating func read(into buffer: inout MutableRawSpan) throws(SocketError) -> Int {
    try stream.read(into: &buffer)
  }

  /// Reads so many bytes. (Python: `rfile.read(n)`.)
  ///
  /// - Throws: ``SocketError/Code/unexpectedEnd`` when the stream ends before.
  public mutating func read(exactly count: Int) throws(SocketError) -> [UInt8] {
    try stream.read(exactly: count)
  }

  /// Reads so many bytes, or nil at the stream's end: the first part of a message.
  ///
  /// - Throws: ``SocketError/Code/unexpectedEnd`` when the stream ends within them.
  public mutating func readIfAny(exactly count: Int) throws(SocketError) -> [UInt8]? {
    try stream.readIfAny(exactly: count)
  }

  /// Writes text. (Python: `wfile.write()`.)
  ///
  /// - Throws: ``SocketError/Code/encoding``, ``SocketError/isDisconnected``, ``SocketError/isTimedOut``.
  public mutating func write(_ text: String) throws(SocketError) {
    try stream.write(text)
    if sendsAtOnce { try stream.flush() }
  }

  /// Writes bytes, all of them. (Python: `wfile.write()`, `request.sendall()`.)
  public mutating func write(_ bytes: RawSpan) throws(SocketError) {
    try stream.write(bytes)
    if sendsAtOnce { try stream.flush() }
  }

  /// Writes bytes, all of them. (Python: `wfile.write()`, `request.sendall()`.)
  public mutating func write(_ bytes: some Collection<UInt8>) throws(SocketError) {
    try stream.write(bytes)
    if sendsAtOnce { try stream.flush() }
  }

  /// Sends what was written and gathered. (Python: `wfile.flush()`.)
  public mutating func flush() throws(SocketError) { try stream.flush() }

  /// The request is answered: sends what is left, and the end. (Python: `finish()`, `shutdown_request()`.)
  mutating func end() {
    // A client that has gone without waiting for the end is nobody's error, as in Python.
    try? stream.flush()
    try? stream.socket.shutdown(.sending)
  }
}
