internal import CSockets
internal import Glibc
internal import SystemPackage

extension Socket {
  /// Makes a socket that blocks, without an address. (Python: `socket()`.)
  ///
  /// - Parameters:
  ///   - family: What kind of addresses.
  ///   - type: How bytes travel.
  ///   - transportProtocol: The protocol; as a rule the type's own.
  /// - Throws: ``SocketError/isNotSupported`` when the kernel has no such socket,
  ///   ``SocketError/isPermissionDenied`` for a raw one without the capability,
  ///   ``SocketError/isTooManyOpenFiles``.
  public init(
    _ family: AddressFamily, _ type: SocketType = .stream, protocol transportProtocol: TransportProtocol = .automatic
  ) throws(SocketError) {
    let descriptor = SystemCalls.socket(
      family.rawValue, type.rawValue | SocketFlags.closeOnExec, transportProtocol.rawValue)
    guard descriptor >= 0 else { throw SocketError("socket", SystemCalls.lastError) }
    self.init(descriptor: descriptor, family: family, type: type)
  }

  /// Becomes the owner of a descriptor that came from elsewhere, from systemd for instance.
  /// (Python: `socket(fileno=…)`.)
  ///
  /// Its family, type and whether it blocks are asked of the kernel; it is made close-on-exec.
  ///
  /// - Parameter descriptor: An open socket that nobody else will close.
  /// - Throws: ``SocketError`` with `ENOTSOCK` or `EBADF`; then the descriptor stays the caller's.
  public init(owning descriptor: CInt) throws(SocketError) {
    let family = try Self.number(of: descriptor, SO_DOMAIN)
    let type = try Self.number(of: descriptor, SO_TYPE)
    let status = fcntl(descriptor, F_GETFL)
    guard status >= 0, fcntl(descriptor, F_SETFD, FD_CLOEXEC) >= 0 else {
      throw SocketError("fcntl", SystemCalls.lastError)
    }
    self.init(
      descriptor: descriptor, family: AddressFamily(rawValue: family), type: SocketType(rawValue: type),
      timeoutNanoseconds: status & O_NONBLOCK == 0 ? -1 : 0)
  }

  /// Makes a socket from a copy of a descriptor, which stays the caller's. (Python: `fromfd()`.)
  ///
  /// - Parameter descriptor: An open socket.
  /// - Throws: ``SocketError`` with `ENOTSOCK` or `EBADF`.
  public init(duplicating descriptor: CInt) throws(SocketError) {
    let copy = try Self.duplicate(descriptor)
    do throws(SocketError) {
      try self.init(owning: copy)
    } catch {
      SystemCalls.close(copy)
      throw error
    }
  }

  /// A second owner of the same connection, with a descriptor and a timeout of its own: for a thread
  /// that reads while another writes, say. The connection ends when both are closed. Whether it blocks is
  /// the kernel's one setting for both: give both the same timeout. (Python: `dup()`.)
  ///
  /// - Throws: ``SocketError/isTooManyOpenFiles``.
  public func duplicate() throws(SocketError) -> Socket {
    Socket(
      descriptor: try Self.duplicate(descriptor), family: family, type: type,
      timeoutNanoseconds: timeoutNanoseconds)
  }

  private static func duplicate(_ descriptor: CInt) throws(SocketError) -> CInt {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw SocketError("fcntl", SystemCalls.lastError) }
    return copy
  }

  private static func number(of descriptor: CInt, _ option: CInt) throws(SocketError) -> CInt {
    var value: CInt = 0
    var length = socklen_t(MemoryLayout<CInt>.size)
    guard getsockopt(descriptor, SOL_SOCKET, option, &value, &length) == 0 else {
      throw SocketError("getsockopt", SystemCalls.lastError)
    }
    return value
  }

  /// Which protocol the kernel runs under the socket. (Python: `proto`.)
  public var transportProtocol: TransportProtocol {
    get throws(SocketError) { TransportProtocol(rawValue: try Self.number(of: descriptor, SO_PROTOCOL)) }
  }

  /// Whether programs that this one starts get the descriptor; false unless it was changed.
  /// (Python: `get_inheritable()`.)
  public var isInheritable: Bool {
    get throws(SocketError) {
      let flags = fcntl(descriptor, F_GETFD)
      guard flags >= 0 else { throw SocketError("fcntl", SystemCalls.lastError) }
      return flags & FD_CLOEXEC == 0
    }
  }

  /// Lets programs that this one starts have the descriptor, or not. (Python: `set_inheritable()`.)
  public func setInheritable(_ inheritable: Bool) throws(SocketError) {
    guard fcntl(descriptor, F_SETFD, inheritable ? 0 : FD_CLOEXEC) >= 0 else {
      throw SocketError("fcntl", SystemCalls.lastError)
    }
  }
}

/// Flags that the kernel takes along with a socket's type.
enum SocketFlags {
  static var closeOnExec: CInt { CInt(SOCK_CLOEXEC.rawValue) }
  static var nonBlocking: CInt { CInt(SOCK_NONBLOCK.rawValue) }
}
