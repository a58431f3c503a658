public import Sockets

/// What a socket says of itself. All of it throws ``SocketError/Code/closed`` after ``AsyncSocket/close()``.
extension AsyncSocket {
  /// Its own address. (Python: `get_extra_info("sockname")`.)
  public var localAddress: SocketAddress {
    get throws(SocketError) { try withSocket { (socket) throws(SocketError) in try socket.localAddress } }
  }

  /// The address of the other end. (Python: `get_extra_info("peername")`.)
  ///
  /// - Throws: ``SocketError/isNotConnected``.
  public var peerAddress: SocketAddress {
    get throws(SocketError) { try withSocket { (socket) throws(SocketError) in try socket.peerAddress } }
  }

  /// Lends the socket for calls that do not wait: options, addresses. (Python: `get_extra_info("socket")`.)
  ///
  /// Bytes that are received or sent with it are missing elsewhere.
  ///
  /// - Throws: ``SocketError/Code/closed``, ``SocketError/Code/busy`` while a task sends, and what `body` throws.
  public func withSocket<Result: ~Copyable>(
    _ body: (borrowing Socket) throws(SocketError) -> Result
  ) throws(SocketError) -> Result {
    try beginWriting("withSocket")
    defer { endWriting() }
    return try body(socket)
  }
}
