internal import CSockets
internal import Glibc

// Options of TCP, `man 7 tcp`.

extension SocketOption<Bool> {
  /// Sends small writes at once instead of gathering them while an acknowledgement is out. (`TCP_NODELAY`)
  public static var noDelay: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_NODELAY) }

  /// Gathers everything until it is switched off again, for 200 ms at most. (`TCP_CORK`)
  public static var cork: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_CORK) }

  /// Acknowledges at once; the kernel may switch it off again. (`TCP_QUICKACK`)
  public static var quickAck: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_QUICKACK) }
}

extension SocketOption<Int> {
  /// Seconds of silence before the first question. (`TCP_KEEPIDLE`)
  public static var keepAliveIdle: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_KEEPIDLE) }

  /// Seconds between questions. (`TCP_KEEPINTVL`)
  public static var keepAliveInterval: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_KEEPINTVL) }

  /// Questions without an answer that end the connection. (`TCP_KEEPCNT`)
  public static var keepAliveCount: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_KEEPCNT) }

  /// Milliseconds that sent bytes may stay without acknowledgement before the connection ends.
  /// (`TCP_USER_TIMEOUT`)
  public static var userTimeout: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_USER_TIMEOUT) }

  /// The largest segment in bytes. (`TCP_MAXSEG`)
  public static var maximumSegmentSize: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_MAXSEG) }

  /// How many times a connect is tried. (`TCP_SYNCNT`)
  public static var synCount: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_SYNCNT) }

  /// Seconds to wait for the first bytes before a connection is accepted. (`TCP_DEFER_ACCEPT`)
  public static var deferAccept: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_DEFER_ACCEPT) }

  /// How many connections with data in their first packet a listening socket keeps. (`TCP_FASTOPEN`)
  public static var fastOpen: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_FASTOPEN) }

  /// Seconds that a closed connection waits for its peer to close. (`TCP_LINGER2`)
  public static var linger2: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_LINGER2) }

  /// The bound of the advertised window in bytes. (`TCP_WINDOW_CLAMP`)
  public static var windowClamp: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_WINDOW_CLAMP) }

  /// How many unsent bytes the kernel keeps before the socket counts as writable. (`TCP_NOTSENT_LOWAT`)
  public static var notSentLowWater: SocketOption {
    SocketOption(level: CInt(IPPROTO_TCP), name: CSOCKETS_TCP_NOTSENT_LOWAT)
  }
}

extension SocketOption<String> {
  /// The name of the algorithm, as in `cubic`. (`TCP_CONGESTION`)
  public static var congestionControl: SocketOption { SocketOption(level: CInt(IPPROTO_TCP), name: TCP_CONGESTION) }
}
