public import Sockets

extension AsyncSocket {
  /// Takes the next connection of a socket that listens, waiting for one. (Python: `loop.sock_accept()`.)
  ///
  /// - Parameters:
  ///   - loop: Where the connection is to live; nil for the listener's loop.
  ///   - timeout: How long to wait; nil for ever.
  /// - Returns: The connection, with `TCP_NODELAY` on TCP.
  /// - Throws: ``SocketError/isTooManyOpenFiles``, and what every call throws.
  public func accept(on loop: EventLoop? = nil, timeout: Duration? = nil) async throws(SocketError) -> AsyncSocket {
    let deadline = MonotonicTime.after(timeout)
    var triesFirst = try beginReading("accept")
    do throws(SocketError) {
      while true {
        if !triesFirst { try await waitToRead(until: deadline, "accept") }
        if let connection = try acceptOnce(on: loop ?? self.loop) {
          endReading(isMore: true)
          return connection
        }
        triesFirst = readingWouldBlock()
      }
    } catch {
      // A failure such as too many open files takes nothing from the queue: the next call tries again.
      endReading(isMore: true)
      throw error
    }
  }

  private func acceptOnce(on loop: EventLoop) throws(SocketError) -> AsyncSocket? {
    guard let accepted = try socket.tryAccept() else { return nil }
    let socket = accepted.socket
    if socket.family != .unix {
      // A connection that is gone already says so in its first call.
      try? socket.setOption(.noDelay, to: true)
    }
    return try AsyncSocket(socket, on: loop)
  }
}
