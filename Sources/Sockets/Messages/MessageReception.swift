internal import CSockets
internal import Glibc

/// One `recvmsg`: what it needs, and what it brought.
struct MessageReception: ~Copyable {
  private let control: ControlBuffer
  private let maximumDescriptors: Int
  private let flags: MessageFlags
  private var native = NativeAddress()
  private var header = msghdr()
  private var count = 0

  init(_ maximumDescriptors: Int, _ controlCapacity: Int, _ flags: MessageFlags) {
    precondition(maximumDescriptors >= 0 && controlCapacity >= 0, "a negative number of descriptors or bytes")
    control = ControlBuffer(
      capacity: ControlBuffer.capacity(descriptors: maximumDescriptors, other: controlCapacity))
    self.maximumDescriptors = maximumDescriptors
    self.flags = flags
  }

  mutating func run(_ socket: borrowing Socket, _ vectors: [iovec]) throws(SocketError) -> Int {
    var vectors = vectors
    let flags = self.flags.rawValue | CInt(MSG_CMSG_CLOEXEC)
    let descriptor = socket.descriptor
    count = try socket.perform("recvmsg", .readable, self.flags) {
      vectors.withUnsafeMutableBufferPointer { vectors in
        native.withMutablePointer { name, _ in
          header.msg_name = UnsafeMutableRawPointer(name)
          header.msg_namelen = NativeAddress.capacity
          header.msg_iov = vectors.baseAddress
          header.msg_iovlen = vectors.count
          header.msg_control = control.bytes.isEmpty ? nil : control.bytes.baseAddress
          header.msg_controllen = control.bytes.count
          return recvmsg(descriptor, &header, flags)
        }
      }
    }
    native.length = header.msg_namelen
    return count
  }

  /// What was received. The descriptors have their owner from here on.
  consuming func message(_ bytes: [UInt8]) -> ReceivedMessage {
    var flags = MessageFlags(rawValue: header.msg_flags & ~CInt(MSG_CMSG_CLOEXEC))
    let (messages, descriptors) = ControlBuffer.parse(&header)
    if descriptors.count > maximumDescriptors {
      for descriptor in descriptors.dropFirst(maximumDescriptors) { SystemCalls.close(descriptor) }
      flags.insert(.controlTruncate)
    }
    return ReceivedMessage(
      count: count, bytes: bytes, sender: native.address, flags: flags, control: messages,
      descriptors: ReceivedDescriptors(owning: Array(descriptors.prefix(maximumDescriptors))))
  }
}
