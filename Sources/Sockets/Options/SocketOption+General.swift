internal import CSockets
internal import Glibc

// Options of every socket, `man 7 socket`.

extension SocketOption<Bool> {
  /// Binds to an address that connections of an earlier server still have. On for every server that listens.
  /// (`SO_REUSEADDR`)
  public static var reuseAddress: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_REUSEADDR) }

  /// Lets several sockets of one user listen on one port; the kernel shares the connections out.
  /// (`SO_REUSEPORT`)
  public static var reusePort: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_REUSEPORT) }

  /// Asks a silent peer whether it is there; see ``Socket/keepAlive(idle:interval:count:)``. (`SO_KEEPALIVE`)
  public static var keepAlive: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_KEEPALIVE) }

  /// Allows datagrams to broadcast addresses. (`SO_BROADCAST`)
  public static var broadcast: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_BROADCAST) }

  /// Sends to neighbours only. (`SO_DONTROUTE`)
  public static var dontRoute: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_DONTROUTE) }

  /// Leaves TCP's urgent byte among the others. (`SO_OOBINLINE`)
  public static var outOfBandInline: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_OOBINLINE) }

  /// Whether it listens; to read only. (`SO_ACCEPTCONN`)
  public static var isListening: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_ACCEPTCONN) }

  /// Puts the sender's ``ControlMessage/credentials`` beside each message of a Unix socket. (`SO_PASSCRED`)
  public static var passCredentials: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_PASSCRED) }

  /// Puts the time of arrival beside each datagram. (`SO_TIMESTAMPNS`)
  public static var timestamp: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_TIMESTAMPNS) }
}

extension SocketOption<Int> {
  /// The send buffer's bytes. The kernel doubles what it is given, for its own bookkeeping, and answers the
  /// double. (`SO_SNDBUF`)
  public static var sendBufferSize: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_SNDBUF) }

  /// The receive buffer's bytes, doubled like ``sendBufferSize``. Before connect or listen, so that TCP's
  /// window knows it. (`SO_RCVBUF`)
  public static var receiveBufferSize: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_RCVBUF) }

  /// How many bytes must be there before a receive returns. (`SO_RCVLOWAT`)
  public static var receiveLowWater: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_RCVLOWAT) }

  /// The priority of what is sent, 0 to 6 without privilege. (`SO_PRIORITY`)
  public static var priority: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_PRIORITY) }

  /// The mark of what is sent, for routing; needs the capability `CAP_NET_ADMIN`. (`SO_MARK`)
  public static var mark: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_MARK) }

  /// The CPU that the last packet arrived on. (`SO_INCOMING_CPU`)
  public static var incomingCPU: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_INCOMING_CPU) }
}

extension SocketOption<String> {
  /// The name of the interface that alone is used; none if empty. (`SO_BINDTODEVICE`)
  public static var boundInterface: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_BINDTODEVICE) }
}

extension SocketOption<Linger> {
  /// What becomes of undelivered bytes when the socket is closed. (`SO_LINGER`)
  public static var linger: SocketOption { SocketOption(level: SOL_SOCKET, name: SO_LINGER) }
}
