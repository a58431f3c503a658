public import Sockets

/// Datagrams. ``AsyncSocket/receive(into:timeout:)-(MutableRawSpan,_)`` and ``AsyncSocket/sendAll(_:timeout:)-(RawSpan,_)``
/// serve sockets that are connected.
extension AsyncSocket {
  /// Receives a datagram, waiting for one. (Python: `loop.sock_recvfrom_into()`, `DatagramProtocol.datagram_received()`.)
  ///
  /// - Parameters:
  ///   - buffer: Where to; what does not fit is lost.
  ///   - timeout: How long to wait; nil for ever.
  /// - Returns: How many bytes, which may be none, and who sent them.
  /// - Throws: ``SocketError/isConnectionRefused`` after an earlier send of a connected socket, and what every call throws.
  public func receiveFrom(
    into buffer: inout MutableRawSpan, timeout: Duration? = nil
  ) async throws(SocketError) -> (count: Int, sender: SocketAddress) {
    let deadline = MonotonicTime.after(timeout)
    var triesFirst = try beginReading("recvfrom")
    do throws(SocketError) {
      while true {
        if !triesFirst { try await waitToRead(until: deadline, "recvfrom") }
        if let received = try socket.tryReceiveFrom(into: &buffer) {
          endReading(isMore: true)
          return received
        }
        triesFirst = readingWouldBlock()
      }
    } catch {
      endReading(isMore: true)
      throw error
    }
  }

  /// Receives as many datagrams as there are and fit, with one system call, waiting for the first.
  ///
  /// - Parameters:
  ///   - batch: What it holds is replaced.
  ///   - timeout: How long to wait; nil for ever.
  /// - Returns: How many; at least one.
  /// - Throws: As ``receiveFrom(into:timeout:)``.
  @discardableResult
  public func receive(
    into batch: inout DatagramBatch, timeout: Duration? = nil
  ) async throws(SocketError) -> Int {
    let deadline = MonotonicTime.after(timeout)
    var triesFirst = try beginReading("recvmmsg")
    do throws(SocketError) {
      while true {
        if !triesFirst { try await waitToRead(until: deadline, "recvmmsg") }
        if let count = try socket.tryReceive(into: &batch) {
          // A batch that is not full has emptied the socket.
          endReading(isMore: count == batch.capacity)
          return count
        }
        triesFirst = readingWouldBlock()
      }
    } catch {
      // The error of one datagram; others may be there.
      endReading(isMore: true)
      throw error
    }
  }

  /// Sends a datagram, waiting while there is no room for it. (Python: `loop.sock_sendto()`.)
  ///
  /// - Parameters:
  ///   - bytes: The datagram.
  ///   - address: Where to.
  ///   - timeout: How long to wait; nil for ever.
  /// - Throws: ``SocketError/isMessageTooLong``, ``SocketError/isUnreachable``, and what every call throws.
  public func send(
    _ bytes: RawSpan, to address: SocketAddress, timeout: Duration? = nil
  ) async throws(SocketError) {
    let deadline = MonotonicTime.after(timeout)
    try beginWriting("sendto")
    do throws(SocketError) {
      while try socket.trySend(bytes, to: address) == nil { try await waitToWrite(until: deadline, "sendto") }
    } catch {
      endWriting()
      throw error
    }
    endWriting()
  }

  /// Sends a datagram from an array; see ``send(_:to:timeout:)-(RawSpan,_,_)``.
  public func send(
    _ bytes: [UInt8], to address: SocketAddress, timeout: Duration? = nil
  ) async throws(SocketError) {
    try await send(bytes.span.bytes, to: address, timeout: timeout)
  }

  /// Sends all datagrams of a batch, with as few system calls as the kernel lets, waiting while there is no room.
  ///
  /// - Parameters:
  ///   - batch: What to send; after ``receive(into:timeout:)-(DatagramBatch,_)`` each datagram goes back to its sender.
  ///   - start: The first to send.
  ///   - timeout: How long to wait; nil for ever.
  /// - Throws: What the kernel says of one datagram; ``SocketError/bytesSent`` is how many *datagrams* of the batch
  ///   had gone before: to go on behind it, begin at `start` + that + 1.
  public func sendAll(
    _ batch: borrowing DatagramBatch, from start: Int = 0, timeout: Duration? = nil
  ) async throws(SocketError) {
    let deadline = MonotonicTime.after(timeout)
    try beginWriting("sendmmsg")
    var sent = start
    do throws(SocketError) {
      while sent < batch.count {
        if let count = try socket.trySend(batch, from: sent) {
          sent += count
        } else {
          try await waitToWrite(until: deadline, "sendmmsg")
        }
      }
    } catch {
      endWriting()
      throw error.withBytesSent(sent - start)
    }
    endWriting()
  }
}
