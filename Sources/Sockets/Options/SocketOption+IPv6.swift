internal import CSockets
internal import Glibc

// Options of IPv6, `man 7 ipv6`.

extension SocketOption<Bool> {
  /// Whether an IPv6 socket leaves IPv4 peers alone. (`IPV6_V6ONLY`)
  public static var v6Only: SocketOption { SocketOption(level: CInt(IPPROTO_IPV6), name: IPV6_V6ONLY) }

  /// Whether this machine's members hear what it sends to a group. (`IPV6_MULTICAST_LOOP`)
  public static var multicastLoopIPv6: SocketOption {
    SocketOption(level: CInt(IPPROTO_IPV6), name: IPV6_MULTICAST_LOOP)
  }

  /// Puts the interface and the local address beside each datagram. (`IPV6_RECVPKTINFO`)
  public static var receivePacketInfo: SocketOption { SocketOption(level: CInt(IPPROTO_IPV6), name: IPV6_RECVPKTINFO) }
}

extension SocketOption<Int> {
  /// How many routers a packet may pass. (`IPV6_UNICAST_HOPS`)
  public static var unicastHops: SocketOption { SocketOption(level: CInt(IPPROTO_IPV6), name: IPV6_UNICAST_HOPS) }

  /// How many routers a multicast packet may pass; 1, this network, unless set. (`IPV6_MULTICAST_HOPS`)
  public static var multicastHops: SocketOption { SocketOption(level: CInt(IPPROTO_IPV6), name: IPV6_MULTICAST_HOPS) }

  /// The DSCP and ECN bits, RFC 2474. (`IPV6_TCLASS`)
  public static var trafficClass: SocketOption { SocketOption(level: CInt(IPPROTO_IPV6), name: IPV6_TCLASS) }
}
