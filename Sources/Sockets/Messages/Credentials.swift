internal import CSockets
internal import SystemPackage

/// Who holds the other end of a Unix socket: the kernel's word, not the peer's.
public struct Credentials: Hashable, Sendable {
  /// The process's number. It may have ended, and another may have its number by now.
  public var process: CInt
  /// The effective user.
  public var user: UInt32
  /// The effective group.
  public var group: UInt32

  /// Credentials of one's own choice; the kernel lets only a privileged process send false ones.
  public init(process: CInt, user: UInt32, group: UInt32) {
    self.process = process
    self.user = user
    self.group = group
  }
}

extension Credentials: SocketOptionValue {
  public static var maximumOptionSize: Int { 12 }

  public init?(optionBytes bytes: RawSpan) {
    guard bytes.byteCount == 12 else { return nil }
    self.init(
      process: bytes.unsafeLoadUnaligned(as: CInt.self),
      user: bytes.unsafeLoadUnaligned(fromByteOffset: 4, as: UInt32.self),
      group: bytes.unsafeLoadUnaligned(fromByteOffset: 8, as: UInt32.self))
  }

  public var optionBytes: [UInt8] {
    withUnsafeBytes(of: (process, user, group)) { [UInt8]($0) }
  }
}

extension Socket {
  /// Who connected, or listened, at the other end of a Unix stream, or made a pair. (`SO_PEERCRED`)
  ///
  /// - Throws: ``SocketError`` for what is no connected Unix socket.
  public var peerCredentials: Credentials {
    get throws(SocketError) {
      var (process, user, group): (CInt, UInt32, UInt32) = (0, 0, 0)
      guard csockets_peer_credentials(descriptor, &process, &user, &group) == 0 else {
        throw SocketError("getsockopt", SystemCalls.lastError)
      }
      // Of a socket without a peer the kernel says process 0, user -1.
      guard process != 0 else { throw SocketError("getsockopt", .socketNotConnected) }
      return Credentials(process: process, user: user, group: group)
    }
  }
}
