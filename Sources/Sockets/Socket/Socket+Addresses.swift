internal import CSockets
internal import Glibc

extension Socket {
  /// Where this end is. (Python: `getsockname()`.)
  public var localAddress: SocketAddress {
    get throws(SocketError) {
      var native = NativeAddress()
      guard native.withMutablePointer({ getsockname(descriptor, $0, $1) }) == 0 else {
        throw SocketError("getsockname", SystemCalls.lastError)
      }
      return native.address
    }
  }

  /// Where the other end is. (Python: `getpeername()`.)
  ///
  /// - Throws: ``SocketError/isNotConnected``.
  public var peerAddress: SocketAddress {
    get throws(SocketError) {
      var native = NativeAddress()
      guard native.withMutablePointer({ getpeername(descriptor, $0, $1) }) == 0 else {
        throw SocketError("getpeername", SystemCalls.lastError)
      }
      return native.address
    }
  }

  /// Takes a local address. (Python: `bind()`.)
  ///
  /// - Parameter address: One of this machine's; port 0 for any free port; ``SocketAddress/unnamed``
  ///   for a Unix socket with a name of the kernel's choice. ``localAddress`` tells what it became.
  /// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isAddressNotAvailable``,
  ///   ``SocketError/isPermissionDenied``.
  public func bind(to address: SocketAddress) throws(SocketError) {
    let native = try NativeAddress(address)
    guard native.withPointer({ SystemCalls.bind(descriptor, $0, $1) }) == 0 else {
      throw SocketError("bind", SystemCalls.lastError, address)
    }
  }

  /// Ends one direction of a connection, or both, for every descriptor that shares it.
  ///
  /// After the sending end, the peer reads what was sent and then the end. On a listening socket
  /// it wakes the threads that wait in ``accept(nonBlocking:)``, with `EINVAL`.
  public func shutdown(_ direction: ShutdownDirection) throws(SocketError) {
    guard SystemCalls.shutdown(descriptor, direction.rawValue) == 0 else {
      throw SocketError("shutdown", SystemCalls.lastError)
    }
  }
}

/// Which direction of a connection ends. (Python: `SHUT_RD`, `SHUT_WR`, `SHUT_RDWR`.)
public enum ShutdownDirection: Hashable, Sendable {
  /// Nothing more will be received.
  case receiving
  /// Nothing more will be sent: the peer reads the end.
  case sending
  /// Neither.
  case both

  var rawValue: CInt {
    switch self {
    case .receiving: CInt(SHUT_RD)
    case .sending: CInt(SHUT_WR)
    case .both: CInt(SHUT_RDWR)
    }
  }
}
