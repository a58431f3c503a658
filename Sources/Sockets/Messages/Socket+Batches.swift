internal import CSockets

extension Socket {
  /// Waits for a datagram, and receives as many as there are then, over what the batch held.
  ///
  /// - Returns: How many, 1 at least.
  /// - Throws: As ``receiveFrom(into:flags:)-(MutableRawSpan,_)``; then the batch is empty.
  @discardableResult
  public func receive(into batch: inout DatagramBatch) throws(SocketError) -> Int {
    let flags = MessageFlags.waitForOne
    return try perform("recvmmsg", .readable) {
      batch.receive { Int(csockets_recvmmsg(descriptor, $0, UInt32($1), flags)) }
    }
  }

  /// Receives the datagrams that are there already, without waiting, whatever the socket's timeout.
  ///
  /// - Returns: How many, 1 at least; nil when there is none.
  public func tryReceive(into batch: inout DatagramBatch) throws(SocketError) -> Int? {
    let flags = MessageFlags.dontWait.rawValue
    return try tryPerform("recvmmsg") {
      batch.receive { Int(csockets_recvmmsg(descriptor, $0, UInt32($1), flags)) }
    }
  }

  /// Sends a batch's datagrams, each to its address.
  ///
  /// - Parameters:
  ///   - batch: The datagrams; at least one.
  ///   - start: The first one to send.
  /// - Returns: How many were sent, 1 at least; go on behind them. A datagram that is refused ends the call before
  ///   it, and the next call, which begins with it, throws its error.
  /// - Throws: As ``send(_:to:flags:)-(RawSpan,_,_)``, about the datagram at `start`.
  public func send(_ batch: borrowing DatagramBatch, from start: Int = 0) throws(SocketError) -> Int {
    precondition((0..<batch.count).contains(start), "datagram \(start) of \(batch.count)")
    return try perform("sendmmsg", .writable) {
      batch.send(from: start) { Int(csockets_sendmmsg(descriptor, $0, UInt32($1), MessageFlags.noSignal)) }
    }
  }

  /// Sends a batch's datagrams without waiting, whatever the socket's timeout; see ``send(_:from:)``.
  ///
  /// - Returns: nil when there is no room for any.
  public func trySend(_ batch: borrowing DatagramBatch, from start: Int = 0) throws(SocketError) -> Int? {
    precondition((0..<batch.count).contains(start), "datagram \(start) of \(batch.count)")
    let flags = MessageFlags.dontWait.rawValue | MessageFlags.noSignal
    return try tryPerform("sendmmsg") {
      batch.send(from: start) { Int(csockets_sendmmsg(descriptor, $0, UInt32($1), flags)) }
    }
  }
}
