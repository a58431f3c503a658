internal import SystemPackage

extension SocketError {
  /// The call would have to wait, and the socket does not. (Python: `BlockingIOError`.)
  public var isWouldBlock: Bool { errno == .wouldBlock || errno == .resourceTemporarilyUnavailable || isInProgress }

  /// A connect has begun and is not done. (`EINPROGRESS`, `EALREADY`)
  public var isInProgress: Bool { errno == .nowInProgress || errno == .alreadyInProcess }

  /// The socket's timeout passed, or the network gave up waiting. (Python: `TimeoutError`.)
  public var isTimedOut: Bool { errno == .timedOut }

  /// The peer threw the connection away. (Python: `ConnectionResetError`.)
  public var isConnectionReset: Bool { errno == .connectionReset }

  /// Nobody listens at the address. (Python: `ConnectionRefusedError`.)
  public var isConnectionRefused: Bool { errno == .connectionRefused }

  /// The connection was given up on this side of the network. (Python: `ConnectionAbortedError`.)
  public var isConnectionAborted: Bool { errno == .connectionAbort }

  /// Sent into a connection whose other end is closed. (Python: `BrokenPipeError`.)
  public var isBrokenPipe: Bool { errno == .brokenPipe }

  /// The peer is gone, however it went: reset, aborted, broken pipe. (Python: `ConnectionError`, which
  /// also holds ``isConnectionRefused``.)
  public var isDisconnected: Bool { isConnectionReset || isConnectionAborted || isBrokenPipe }

  /// Another socket has the address. (`EADDRINUSE`)
  public var isAddressInUse: Bool { errno == .addressInUse }

  /// The address is not one of this machine's. (`EADDRNOTAVAIL`)
  public var isAddressNotAvailable: Bool { errno == .addressNotAvailable }

  /// The socket is not connected. (`ENOTCONN`)
  public var isNotConnected: Bool { errno == .socketNotConnected }

  /// The socket is connected already. (`EISCONN`)
  public var isAlreadyConnected: Bool { errno == .socketIsConnected }

  /// There is no way to the host or its network. (`EHOSTUNREACH`, `ENETUNREACH`)
  public var isUnreachable: Bool { errno == .noRouteToHost || errno == .networkUnreachable }

  /// The kernel does not allow it to this user. (Python: `PermissionError`.)
  public var isPermissionDenied: Bool { errno == .permissionDenied || errno == .notPermitted }

  /// A datagram larger than the network or the buffer takes. (`EMSGSIZE`)
  public var isMessageTooLong: Bool { errno == .messageTooLong }

  /// No socket has the path. (Python: `FileNotFoundError`.)
  public var isNotFound: Bool { errno == .noSuchFileOrDirectory }

  /// The process or the machine has no descriptor left. (`EMFILE`, `ENFILE`)
  public var isTooManyOpenFiles: Bool { errno == .tooManyOpenFiles || errno == .tooManyOpenFilesInSystem }

  /// The kernel, or this kind of socket, cannot do it. (`EOPNOTSUPP`, `EAFNOSUPPORT`, `EPROTONOSUPPORT`, `ENOPROTOOPT`, …)
  public var isNotSupported: Bool {
    switch errno {
    case Errno.notSupportedOnSocket, .addressFamilyNotSupported, .protocolNotSupported, .socketTypeNotSupported,
      .protocolFamilyNotSupported, .noFunction, .protocolNotAvailable:
      true
    default: false
    }
  }
}
