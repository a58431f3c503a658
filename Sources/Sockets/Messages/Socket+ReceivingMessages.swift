internal import CSockets
internal import Glibc

extension Socket {
  /// Receives a message with what came beside its bytes. (Python: `recvmsg()`, `recv_fds()`.)
  ///
  /// ```swift
  /// var message = try socket.receiveMessage(upTo: 100, maximumDescriptors: 1)
  /// if let file = message.descriptors.takeFirst() { … }
  /// ```
  ///
  /// - Parameters:
  ///   - maximum: The most bytes to receive.
  ///   - maximumDescriptors: The most descriptors to accept; the kernel sends 253 at most. More are closed,
  ///     and the message's flags have ``MessageFlags/controlTruncate``.
  ///   - controlCapacity: Room for other data beside the bytes, in bytes, headers and padding
  ///     included (`CMSG_SPACE`).
  ///   - flags: How.
  /// - Throws: As ``receive(into:flags:)-(MutableRawSpan,_)``.
  public func receiveMessage(
    upTo maximum: Int, maximumDescriptors: Int = 0, controlCapacity: Int = 0, flags: MessageFlags = []
  ) throws(SocketError) -> ReceivedMessage {
    var reception = MessageReception(maximumDescriptors, controlCapacity, flags)
    let bytes = try [UInt8](receivingUpTo: maximum) { (room) throws(SocketError) in
      try reception.run(self, [iovec(room)])
    }
    return reception.message(bytes)
  }

  /// Receives a message into a buffer; see ``receiveMessage(upTo:maximumDescriptors:controlCapacity:flags:)``.
  /// (Python: `recvmsg_into()`.)
  public func receiveMessage(
    into buffer: inout MutableRawSpan, maximumDescriptors: Int = 0, controlCapacity: Int = 0,
    flags: MessageFlags = []
  ) throws(SocketError) -> ReceivedMessage {
    var reception = MessageReception(maximumDescriptors, controlCapacity, flags)
    _ = try buffer.withUnsafeMutableBytes { (room) throws(SocketError) in try reception.run(self, [iovec(room)]) }
    return reception.message([])
  }

  /// Receives a message into two buffers, the second where the first is full: a head of known
  /// length and a body, say; see ``receiveMessage(upTo:maximumDescriptors:controlCapacity:flags:)``.
  /// (Python: `recvmsg_into()`.)
  public func receiveMessage(
    into head: inout MutableRawSpan, _ body: inout MutableRawSpan, maximumDescriptors: Int = 0,
    controlCapacity: Int = 0, flags: MessageFlags = []
  ) throws(SocketError) -> ReceivedMessage {
    var reception = MessageReception(maximumDescriptors, controlCapacity, flags)
    _ = try head.withUnsafeMutableBytes { (head) throws(SocketError) in
      try body.withUnsafeMutableBytes { (body) throws(SocketError) in
        try reception.run(self, [iovec(head), iovec(body)])
      }
    }
    return reception.message([])
  }
}
