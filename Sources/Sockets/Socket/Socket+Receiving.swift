extension Socket {
  /// Receives into a buffer, over what is there. (Python: `recv_into()`.)
  ///
  /// - Parameters:
  ///   - buffer: Where to; of a datagram that is longer the rest is lost.
  ///   - flags: How.
  /// - Returns: How many bytes. 0 is a stream's end, or an empty datagram, which is a message like
  ///   any other.
  /// - Throws: ``SocketError/isConnectionReset``, ``SocketError/isTimedOut``,
  ///   ``SocketError/isWouldBlock``.
  public func receive(into buffer: inout MutableRawSpan, flags: MessageFlags = []) throws(SocketError) -> Int {
    try buffer.withUnsafeMutableBytes { (room) throws(SocketError) in
      try perform("recv", .readable, flags) { SystemCalls.recv(descriptor, room, flags.rawValue) }
    }
  }

  /// Receives behind what a buffer holds already, into its free room; see ``receive(into:flags:)``.
  ///
  /// - Returns: How many bytes were appended.
  public func receive(into buffer: inout OutputRawSpan, flags: MessageFlags = []) throws(SocketError) -> Int {
    try buffer.withUnsafeMutableBytes { (all, initialized) throws(SocketError) in
      let room = UnsafeMutableRawBufferPointer(rebasing: all[initialized...])
      let count = try perform("recv", .readable, flags) { SystemCalls.recv(descriptor, room, flags.rawValue) }
      initialized += min(count, room.count)
      return count
    }
  }

  /// Receives over the elements of an array, or over some of them; see ``receive(into:flags:)-(MutableRawSpan,_)``.
  /// (Python: `recv_into()`.)
  ///
  /// - Parameters:
  ///   - buffer: Where to.
  ///   - range: Which elements; nil for all.
  ///   - flags: How.
  public func receive(
    into buffer: inout [UInt8], at range: Range<Int>? = nil, flags: MessageFlags = []
  ) throws(SocketError) -> Int {
    try buffer.withUnsafeMutableBytesThrowing { (all) throws(SocketError) in
      let room = UnsafeMutableRawBufferPointer(rebasing: all[range ?? 0..<all.count])
      return try perform("recv", .readable, flags) { SystemCalls.recv(descriptor, room, flags.rawValue) }
    }
  }

  /// Receives what there is, up to a bound. (Python: `recv()`.)
  ///
  /// - Parameters:
  ///   - maximum: The most bytes to receive. So much memory is taken for the call; what stays unused is given back.
  ///   - flags: How.
  /// - Returns: The bytes. None is a stream's end, or an empty datagram.
  /// - Throws: As ``receive(into:flags:)``.
  public func receive(upTo maximum: Int, flags: MessageFlags = []) throws(SocketError) -> [UInt8] {
    try [UInt8](receivingUpTo: maximum) { (room) throws(SocketError) in
      try perform("recv", .readable, flags) { SystemCalls.recv(descriptor, room, flags.rawValue) }
    }
  }

  /// Receives what is there already, without waiting, whatever the socket's timeout.
  ///
  /// - Returns: As ``receive(into:flags:)``; nil when there is nothing yet.
  public func tryReceive(into buffer: inout MutableRawSpan, flags: MessageFlags = []) throws(SocketError) -> Int? {
    try buffer.withUnsafeMutableBytes { (room) throws(SocketError) in
      try tryPerform("recv") { SystemCalls.recv(descriptor, room, flags.union(.dontWait).rawValue) }
    }
  }

  /// Receives what is there already behind what a buffer holds; see ``tryReceive(into:flags:)``.
  public func tryReceive(into buffer: inout OutputRawSpan, flags: MessageFlags = []) throws(SocketError) -> Int? {
    try buffer.withUnsafeMutableBytes { (all, initialized) throws(SocketError) in
      let room = UnsafeMutableRawBufferPointer(rebasing: all[initialized...])
      guard
        let count = try tryPerform(
          "recv", { SystemCalls.recv(descriptor, room, flags.union(.dontWait).rawValue) })
      else { return nil }
      initialized += min(count, room.count)
      return count
    }
  }
}

extension [UInt8] {
  /// An array of what a call writes; the call may answer more than there was room for (`MSG_TRUNC`).
  init(
    receivingUpTo maximum: Int, _ body: (UnsafeMutableRawBufferPointer) throws(SocketError) -> Int
  ) throws(SocketError) {
    precondition(maximum >= 0, "\(maximum) bytes cannot be received")
    // A large bound is mostly not used up: what the call left free is not kept.
    self = try [UInt8](capacity: maximum) { (output: inout OutputSpan<UInt8>) throws(SocketError) in
      try output.withUnsafeMutableBufferPointer { (room, initialized) throws(SocketError) in
        initialized = Swift.min(try body(UnsafeMutableRawBufferPointer(room)), room.count)
      }
    }
    if maximum > 4096, count < maximum / 2 { self = withUnsafeBytes { [UInt8]($0) } }
  }
}
