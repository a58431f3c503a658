// The same calls for bytes that lie in arrays, strings' UTF-8, or any other collection.

extension Socket {
  /// Sends what the kernel takes now; see ``send(_:flags:)-(RawSpan,_)``.
  public func send(_ bytes: some Collection<UInt8>, flags: MessageFlags = []) throws(SocketError) -> Int {
    try bytes.withBytes { (bytes) throws(SocketError) in try send(bytes, flags: flags) }
  }

  /// Sends everything; see ``sendAll(_:flags:)-(RawSpan,_)``.
  public func sendAll(_ bytes: some Collection<UInt8>, flags: MessageFlags = []) throws(SocketError) {
    try bytes.withBytes { (bytes) throws(SocketError) in try sendAll(bytes, flags: flags) }
  }
}

extension Collection<UInt8> {
  /// Calls with the bytes where they lie, or with a copy when they do not lie together.
  func withBytes<Result>(
    _ body: (RawSpan) throws(SocketError) -> Result
  ) throws(SocketError) -> Result {
    let result = withContiguousStorageIfAvailable { buffer in
      Swift.Result<Result, SocketError> { () throws(SocketError) in try body(buffer.span.bytes) }
    }
    if let result { return try result.get() }
    return try body(Array(self).span.bytes)
  }
}
