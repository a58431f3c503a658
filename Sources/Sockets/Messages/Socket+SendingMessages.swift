internal import CSockets
internal import Glibc
internal import SystemPackage

extension Socket {
  /// Sends bytes from two places as one message, with data and descriptors beside them. (Python: `sendmsg()`,
  /// `send_fds()`.)
  ///
  /// ```swift
  /// try socket.sendMessage("here is a file".utf8.span.bytes, descriptors: [file])
  /// ```
  ///
  /// - Parameters:
  ///   - head: The first bytes. A stream takes nothing beside no bytes: send one at least with descriptors.
  ///   - body: The bytes that follow; none, as a rule.
  ///   - control: Data beside the bytes.
  ///   - descriptors: Open descriptors to send copies of, at most 253; they stay the caller's.
  ///   - address: To whom; nil for the connected peer.
  ///   - flags: How.
  /// - Returns: How many bytes were taken. What is beside them went with the first.
  /// - Throws: What ``send(_:flags:)-(RawSpan,_)`` throws; `EINVAL` for too many descriptors, `EBADF` for
  ///   one that is not open.
  @discardableResult
  public func sendMessage(
    _ head: RawSpan, _ body: RawSpan = RawSpan(), control: [ControlMessage] = [], descriptors: [CInt] = [],
    to address: SocketAddress? = nil, flags: MessageFlags = []
  ) throws(SocketError) -> Int {
    try head.withUnsafeBytes { (head) throws(SocketError) in
      try body.withUnsafeBytes { (body) throws(SocketError) in
        try sendMessage([iovec(head), iovec(body)], control, descriptors, address, flags)
      }
    }
  }

  /// Sends bytes that lie in an array, with data and descriptors beside them; see
  /// ``sendMessage(_:_:control:descriptors:to:flags:)``.
  @discardableResult
  public func sendMessage(
    _ bytes: [UInt8], control: [ControlMessage] = [], descriptors: [CInt] = [], to address: SocketAddress? = nil,
    flags: MessageFlags = []
  ) throws(SocketError) -> Int {
    try sendMessage(bytes.span.bytes, control: control, descriptors: descriptors, to: address, flags: flags)
  }

  /// Sends bytes from any number of arrays as one message, without putting them together first.
  /// (Python: `sendmsg(buffers)`.)
  ///
  /// - Parameters:
  ///   - parts: The bytes, at most 1024 arrays.
  ///   - control: Data beside the bytes.
  ///   - descriptors: Open descriptors to send copies of, at most 253; they stay the caller's.
  ///   - address: To whom; nil for the connected peer.
  ///   - flags: How.
  /// - Returns: How many bytes were taken.
  /// - Throws: ``SocketError/isMessageTooLong`` for more than 1024 arrays, and what
  ///   ``sendMessage(_:_:control:descriptors:to:flags:)`` throws.
  @discardableResult
  public func sendMessage(
    gathering parts: [[UInt8]], control: [ControlMessage] = [], descriptors: [CInt] = [],
    to address: SocketAddress? = nil, flags: MessageFlags = []
  ) throws(SocketError) -> Int {
    guard parts.count <= Self.maximumParts else { throw SocketError("sendmsg", .messageTooLong, address) }
    var vectors: [iovec] = []
    vectors.reserveCapacity(parts.count)
    return try withVectors(of: parts[...], &vectors) { (vectors) throws(SocketError) in
      try sendMessage(vectors, control, descriptors, address, flags)
    }
  }

  /// IOV_MAX (man 2 writev, NOTES).
  private static var maximumParts: Int { 1024 }

  /// Pins one array after the other; the last call sees all of them.
  private func withVectors(
    of parts: ArraySlice<[UInt8]>, _ vectors: inout [iovec], _ body: ([iovec]) throws(SocketError) -> Int
  ) throws(SocketError) -> Int {
    guard let first = parts.first else { return try body(vectors) }
    return try first.span.bytes.withUnsafeBytes { (bytes) throws(SocketError) in
      vectors.append(iovec(bytes))
      return try withVectors(of: parts.dropFirst(), &vectors, body)
    }
  }

  private func sendMessage(
    _ vectors: [iovec], _ control: [ControlMessage], _ descriptors: [CInt], _ address: SocketAddress?,
    _ flags: MessageFlags
  ) throws(SocketError) -> Int {
    var vectors = vectors
    var header = msghdr()
    let beside = ControlBuffer(control, descriptors: descriptors)
    if !beside.bytes.isEmpty {
      header.msg_control = beside.bytes.baseAddress
      header.msg_controllen = beside.bytes.count
    }
    var native = NativeAddress()
    if let address { native = try NativeAddress(address) }
    do throws(SocketError) {
      return try perform("sendmsg", .writable, flags) {
        vectors.withUnsafeMutableBufferPointer { vectors in
          native.withMutablePointer { name, length in
            header.msg_iov = vectors.baseAddress
            header.msg_iovlen = vectors.count
            if address != nil {
              header.msg_name = UnsafeMutableRawPointer(name)
              header.msg_namelen = length.pointee
            }
            return sendmsg(descriptor, &header, flags.rawValue | MessageFlags.noSignal)
          }
        }
      }
    } catch {
      guard let address, !error.isWouldBlock else { throw error }
      throw error.withAddress(address)
    }
  }
}

extension iovec {
  /// Bytes to be sent. The kernel only reads them.
  init(_ bytes: UnsafeRawBufferPointer) {
    self.init(iov_base: UnsafeMutableRawPointer(mutating: bytes.baseAddress), iov_len: bytes.count)
  }

  /// Room to be filled.
  init(_ room: UnsafeMutableRawBufferPointer) {
    self.init(iov_base: room.baseAddress, iov_len: room.count)
  }
}
