/// A message with what came beside its bytes. (Python: the tuple of `recvmsg()`.)
@frozen
public struct ReceivedMessage: ~Copyable, Sendable {
  /// How many bytes; 0 is a stream's end, or an empty datagram.
  public let count: Int
  /// The bytes; none when they went into a buffer of the caller's.
  public let bytes: [UInt8]
  /// Who sent it; ``SocketAddress/unnamed`` when the sender has no address.
  public let sender: SocketAddress
  /// ``MessageFlags/truncate`` when bytes were lost, ``MessageFlags/controlTruncate`` when data or
  /// descriptors beside them were, ``MessageFlags/endOfRecord``, …
  public let flags: MessageFlags
  /// Data beside the bytes, without descriptors.
  public let control: [ControlMessage]
  /// The descriptors that came with it, owned by this message until they are taken.
  public var descriptors: ReceivedDescriptors

  init(
    count: Int, bytes: [UInt8], sender: SocketAddress, flags: MessageFlags, control: [ControlMessage],
    descriptors: consuming ReceivedDescriptors
  ) {
    self.count = count
    self.bytes = bytes
    self.sender = sender
    self.flags = flags
    self.control = control
    self.descriptors = descriptors
  }
}
