internal import CSockets
internal import Glibc

/// Data beside a message's bytes: ancillary data, `man 3 cmsg`. (Python: a tuple `(level, type, data)`.)
///
/// Descriptors are not among them: they have owners, see ``ReceivedDescriptors``.
public struct ControlMessage: Hashable, Sendable {
  /// Whose it is, as in `SOL_SOCKET` or `IPPROTO_IP`.
  public var level: CInt
  /// What it is, as in `SCM_CREDENTIALS` or `IP_PKTINFO`.
  public var type: CInt
  /// The bytes of its C structure.
  public var bytes: [UInt8]

  /// Makes one of any kind.
  public init(level: CInt, type: CInt, bytes: [UInt8]) {
    self.level = level
    self.type = type
    self.bytes = bytes
  }

  /// How much room a message of so many bytes takes, header and padding included. (Python: `CMSG_SPACE()`.)
  public static func space(_ count: Int) -> Int { csockets_cmsg_space(count) }

  /// This process as the sender's credentials; the kernel checks them (`man 7 unix`).
  public static func credentials(_ credentials: Credentials) -> ControlMessage {
    ControlMessage(level: SOL_SOCKET, type: CSOCKETS_SCM_CREDENTIALS, bytes: credentials.optionBytes)
  }

  /// Who sent a message, where the receiver set ``SocketOption/passCredentials``.
  public var credentials: Credentials? {
    guard level == SOL_SOCKET, type == CSOCKETS_SCM_CREDENTIALS else { return nil }
    return Credentials(optionBytes: bytes.span.bytes)
  }
}
