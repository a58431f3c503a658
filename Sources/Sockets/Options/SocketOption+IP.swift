internal import CSockets
internal import Glibc

// Options of IPv4, `man 7 ip`.

extension SocketOption<Bool> {
  /// Whether this machine's members hear what it sends to a group. (`IP_MULTICAST_LOOP`)
  public static var multicastLoop: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_MULTICAST_LOOP) }

  /// Puts the interface and the local address beside each datagram. (`IP_PKTINFO`)
  public static var packetInfo: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_PKTINFO) }

  /// Queues ICMP errors; see ``MessageFlags/errorQueue``. (`IP_RECVERR`)
  public static var receiveErrors: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_RECVERR) }

  /// Binds to an address that the machine does not have yet. (`IP_FREEBIND`)
  public static var freeBind: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_FREEBIND) }

  /// Binds to another machine's address, for proxies; needs the capability `CAP_NET_ADMIN`.
  /// (`IP_TRANSPARENT`)
  public static var transparent: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_TRANSPARENT) }

  /// A raw socket writes the IP header itself. (`IP_HDRINCL`)
  public static var headerIncluded: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_HDRINCL) }
}

extension SocketOption<Int> {
  /// How many routers a packet may pass, 1 to 255. (`IP_TTL`)
  public static var timeToLive: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_TTL) }

  /// The DSCP and ECN bits, RFC 2474. (`IP_TOS`)
  public static var typeOfService: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_TOS) }

  /// How many routers a multicast packet may pass; 1, this network, unless set. (`IP_MULTICAST_TTL`)
  public static var multicastTimeToLive: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_MULTICAST_TTL) }

  /// The largest packet to the connected peer, in bytes; to read only. (`IP_MTU`)
  public static var pathMTU: SocketOption { SocketOption(level: CInt(IPPROTO_IP), name: IP_MTU) }
}
