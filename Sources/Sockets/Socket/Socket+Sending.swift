extension Socket {
  /// Sends what the kernel takes now. (Python: `send()`.)
  ///
  /// - Parameters:
  ///   - bytes: What to send; a datagram or a packet is sent whole, an empty one too.
  ///   - flags: How.
  /// - Returns: How many bytes were taken: of a stream perhaps only the first ones.
  /// - Throws: ``SocketError/isBrokenPipe``, ``SocketError/isConnectionReset``,
  ///   ``SocketError/isTimedOut``, ``SocketError/isWouldBlock``, ``SocketError/isMessageTooLong``.
  public func send(_ bytes: RawSpan, flags: MessageFlags = []) throws(SocketError) -> Int {
    try bytes.withUnsafeBytes { (bytes) throws(SocketError) in
      try perform("send", .writable, flags) {
        SystemCalls.send(descriptor, bytes, flags.rawValue | MessageFlags.noSignal)
      }
    }
  }

  /// Sends without waiting, whatever the socket's timeout.
  ///
  /// - Returns: As ``send(_:flags:)``; nil when there is no room.
  public func trySend(_ bytes: RawSpan, flags: MessageFlags = []) throws(SocketError) -> Int? {
    try bytes.withUnsafeBytes { (bytes) throws(SocketError) in
      try tryPerform("send") {
        SystemCalls.send(descriptor, bytes, flags.union(.dontWait).rawValue | MessageFlags.noSignal)
      }
    }
  }

  /// Sends everything. (Python: `sendall()`.)
  ///
  /// The socket's timeout is for all of it together.
  ///
  /// - Parameters:
  ///   - bytes: What to send.
  ///   - flags: How.
  /// - Throws: As ``send(_:flags:)``; ``SocketError/bytesSent`` tells how many bytes had gone.
  public func sendAll(_ bytes: RawSpan, flags: MessageFlags = []) throws(SocketError) {
    try bytes.withUnsafeBytes { (bytes) throws(SocketError) in try sendAll(bytes, flags) }
  }

  private func sendAll(_ bytes: UnsafeRawBufferPointer, _ flags: MessageFlags) throws(SocketError) {
    let waits = timeoutNanoseconds > 0 && flags.mayWait
    let deadline = Deadline(after: timeoutNanoseconds)
    let flags = flags.rawValue | MessageFlags.noSignal
    var sent = 0
    // Once at least: nothing to send is still a message where messages have borders.
    repeat {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[sent...])
      do throws(SocketError) {
        sent +=
          waits
          ? try perform("send", .writable, until: deadline, waitFirst: false) {
            SystemCalls.send(descriptor, rest, flags)
          }
          : try performAtOnce("send") { SystemCalls.send(descriptor, rest, flags) }
      } catch {
        throw error.withBytesSent(sent)
      }
    } while sent < bytes.count
  }
}
