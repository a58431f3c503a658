public import Sockets

extension AsyncSocket {
  /// Sends all bytes, waiting while the peer does not take them. (Python: `StreamWriter.write()` and `drain()`,
  /// `loop.sock_sendall()`.)
  ///
  /// The call is over when the kernel has the bytes, so nobody has more under way than one call's.
  ///
  /// - Parameters:
  ///   - bytes: What to send.
  ///   - timeout: How long the whole may take; nil for ever.
  /// - Throws: ``SocketError/isBrokenPipe``, ``SocketError/isConnectionReset``, and what every call throws. The error's
  ///   ``SocketError/bytesSent`` says how many had gone.
  @inlinable
  @inline(__always)
  public func sendAll(_ bytes: RawSpan, timeout: Duration? = nil) async throws(SocketError) {
    // Part of the caller, as `receive` is: what the kernel takes at once suspends nothing.
    let sent = try sendAtOnce(bytes)
    if sent < bytes.byteCount { try await sendRest(bytes, from: sent, timeout) }
  }

  /// Sends what the kernel takes. The call goes on if that is not all.
  @usableFromInline
  func sendAtOnce(_ bytes: RawSpan) throws(SocketError) -> Int {
    // In the loop's thread the lock is held over the call, which does not wait: half the atomic operations, and nobody to
    // contend but another thread that uses the same socket at the same moment.
    if loop.isCurrent, let sent = try sendLocked(bytes) { return sent }
    try beginWriting("send")
    do throws(SocketError) {
      let sent = try socket.trySend(bytes)
      if let sent, sent == bytes.byteCount {
        endWriting()
        return sent
      }
      // Nothing to send, and no room for it, is a datagram's case: it is tried again as one byte too many would be.
      return sent ?? (bytes.isEmpty ? -1 : 0)
    } catch {
      endWriting()
      throw error
    }
  }

  /// The peer, or the kernel's buffer, did not take all at once.
  @usableFromInline
  func sendRest(_ bytes: RawSpan, from start: Int, _ timeout: Duration?) async throws(SocketError) {
    let deadline = MonotonicTime.after(timeout)
    var sent = max(0, start)
    do throws(SocketError) {
      repeat {
        if let count = try socket.trySend(bytes.extracting(sent..<bytes.byteCount)) {
          sent += count
          if bytes.isEmpty { break }
        } else {
          try await waitToWrite(until: deadline, "send")
        }
      } while sent < bytes.byteCount || bytes.isEmpty
    } catch {
      endWriting()
      throw error.withBytesSent(sent)
    }
    endWriting()
  }

  /// Sends what was received, as it lies in the loop's buffer; see ``sendAll(_:timeout:)-(RawSpan,_)``.
  @inlinable
  @inline(__always)
  public func sendAll(_ received: borrowing ReceivedBytes, timeout: Duration? = nil) async throws(SocketError) {
    try await sendAll(received.bytes, timeout: timeout)
  }

  /// Sends an array; see ``sendAll(_:timeout:)-(RawSpan,_)``.
  public func sendAll(_ bytes: [UInt8], timeout: Duration? = nil) async throws(SocketError) {
    try await sendAll(bytes.span.bytes, timeout: timeout)
  }

  /// Sends bytes of any collection, a string's UTF-8 for instance; see ``sendAll(_:timeout:)-(RawSpan,_)``.
  public func sendAll(_ bytes: some Collection<UInt8>, timeout: Duration? = nil) async throws(SocketError) {
    try await sendAll(Array(bytes), timeout: timeout)
  }

  /// Sends the end: the peer reads to it, and can still send. (Python: `StreamWriter.write_eof()`.)
  ///
  /// - Throws: ``SocketError/isNotConnected``, ``SocketError/Code/busy`` while a task sends.
  public func finishSending() throws(SocketError) {
    try beginWriting("shutdown")
    defer { endWriting() }
    try socket.shutdown(.sending)
  }
}
