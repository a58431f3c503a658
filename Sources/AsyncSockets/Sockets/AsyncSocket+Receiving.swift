public import Sockets

extension AsyncSocket {
  /// Receives what there is, at least a byte, waiting if there is nothing. (Python: `StreamReader.read()`,
  /// `loop.sock_recv()`.)
  ///
  /// While it waits it has no buffer: one is taken from the loop when bytes have come.
  ///
  /// - Parameter timeout: How long to wait; nil for ever.
  /// - Returns: The bytes; nil at the stream's end.
  /// - Throws: ``SocketError/isConnectionReset``, and what every call throws.
  @inlinable
  @inline(__always)
  public func receive(timeout: Duration? = nil) async throws(SocketError) -> ReceivedBytes? {
    // Part of the caller: a call that waits, as most do, takes neither a frame nor a turn of the executor more than the
    // continuation itself. What follows the continuation is not to be suspended.
    var attempt = try beginReceiving(timeout)
    while attempt.mustWait {
      let wake: Wake
      if attempt.isCovered {
        // Without a hop before it, which would only find that the task is where it should be: this function takes its
        // caller's executor (docs/ASYNC.md).
        wake = await _unsafeInheritExecutor_withUnsafeContinuation { parkReader($0, isCovered: true) }
      } else {
        wake = await suspendReader()
      }
      try continueReceiving(&attempt, wake)
    }
    return attempt.take()
  }

  @usableFromInline
  func beginReceiving(_ timeout: Duration?) throws(SocketError) -> ReceiveAttempt {
    var attempt = ReceiveAttempt(bytes: nil, mustWait: true)
    if try beginReading("recv") { try receiveOnce(&attempt) }
    guard attempt.mustWait else { return attempt }
    attempt.isCovered = isCovered
    attempt.deadline = MonotonicTime.after(timeout)
    setReadDeadline(attempt.deadline)
    return attempt
  }

  @usableFromInline
  func continueReceiving(_ attempt: inout ReceiveAttempt, _ wake: Wake) throws(SocketError) {
    guard wake == .ready else {
      endReading()
      throw wake.failure(of: "recv")
    }
    try receiveOnce(&attempt)
    if attempt.mustWait { setReadDeadline(attempt.deadline) }
  }

  /// Receives until there is something, or the call is to wait.
  @inline(__always)
  private func receiveOnce(_ attempt: inout ReceiveAttempt) throws(SocketError) {
    let buffer = loop.takeBuffer()
    let size = loop.bufferSize
    var span = UnsafeMutableRawBufferPointer(start: buffer, count: size).mutableBytes
    do throws(SocketError) {
      repeat {
        guard let count = try socket.tryReceive(into: &span) else { continue }
        endReading(isMore: mayBeMore(after: count, of: size))
        attempt.mustWait = false
        if count == 0 {
          loop.giveBuffer(buffer)
        } else {
          attempt.bytes = ReceivedBytes(buffer: buffer, count: count, loop: loop)
        }
        return
      } while readingWouldBlock()
    } catch {
      loop.giveBuffer(buffer)
      endReading()
      throw error
    }
    loop.giveBuffer(buffer)
  }

  /// Receives what there is into a buffer of the caller's, waiting if there is nothing. (Python: `loop.sock_recv_into()`.)
  ///
  /// - Parameters:
  ///   - buffer: Where to; of a datagram what does not fit is lost.
  ///   - timeout: How long to wait; nil for ever.
  /// - Returns: How many bytes; 0 at the stream's end, and for an empty datagram.
  /// - Throws: As ``receive(timeout:)``.
  public func receive(
    into buffer: inout MutableRawSpan, timeout: Duration? = nil
  ) async throws(SocketError) -> Int {
    let deadline = MonotonicTime.after(timeout)
    var triesFirst = try beginReading("recv")
    do throws(SocketError) {
      while true {
        if !triesFirst { try await waitToRead(until: deadline, "recv") }
        if let count = try socket.tryReceive(into: &buffer) {
          endReading(isMore: mayBeMore(after: count, of: buffer.byteCount))
          return count
        }
        triesFirst = readingWouldBlock()
      }
    } catch {
      endReading()
      throw error
    }
  }

  /// Receives what there is into an array; see ``receive(into:timeout:)-(MutableRawSpan,_)``.
  public func receive(into array: inout [UInt8], timeout: Duration? = nil) async throws(SocketError) -> Int {
    var span = array.mutableSpan
    var bytes = span.mutableBytes
    return try await receive(into: &bytes, timeout: timeout)
  }
}
