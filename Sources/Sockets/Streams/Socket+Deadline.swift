extension Socket {
  /// Receives within a deadline that several receives share.
  func receive(into room: UnsafeMutableRawBufferPointer, until deadline: Deadline) throws(SocketError) -> Int {
    let descriptor = self.descriptor
    guard timeoutNanoseconds > 0 else {
      return try performAtOnce("recv") { SystemCalls.recv(descriptor, room, 0) }
    }
    return try perform("recv", .readable, until: deadline, waitFirst: true) { SystemCalls.recv(descriptor, room, 0) }
  }

  /// Receives once behind an array's elements.
  func receive(
    appendingTo bytes: inout [UInt8], upTo maximum: Int, until deadline: Deadline
  ) throws(SocketError) -> Int {
    let before = bytes.count
    try bytes.append(addingCapacity: maximum) { (room) throws(SocketError) in
      try room.withUnsafeMutableBufferPointer { (bytes, count) throws(SocketError) in
        count = try receive(into: UnsafeMutableRawBufferPointer(bytes), until: deadline)
      }
    }
    return bytes.count - before
  }
}

extension [UInt8] {
  /// As `withUnsafeMutableBytes`, which does not know typed errors.
  mutating func withUnsafeMutableBytesThrowing<Result>(
    _ body: (UnsafeMutableRawBufferPointer) throws(SocketError) -> Result
  ) throws(SocketError) -> Result {
    var span = mutableSpan
    return try span.withUnsafeMutableBytes { (bytes) throws(SocketError) in try body(bytes) }
  }
}
