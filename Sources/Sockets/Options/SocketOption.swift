/// An option of a socket, with the type of its value.
///
/// ```swift
/// try socket.setOption(.noDelay, to: true)
/// let size = try socket.option(.receiveBufferSize)
/// ```
///
/// One that is not listed here is made from the kernel's numbers:
///
/// ```swift
/// extension SocketOption<Int> {
///   static var busyPoll: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_BUSY_POLL) }
/// }
/// ```
public struct SocketOption<Value: SocketOptionValue>: Hashable, Sendable {
  /// Whose it is, as in `SOL_SOCKET` or `IPPROTO_TCP`.
  public let level: CInt
  /// Which one, as in `SO_REUSEADDR` or `TCP_NODELAY`.
  public let name: CInt

  /// Makes an option from the kernel's numbers.
  public init(level: CInt, name: CInt) {
    self.level = level
    self.name = name
  }
}
