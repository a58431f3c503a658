internal import CSockets
internal import Glibc

/// The protocol under a socket, as IANA numbers them. (Python: `IPPROTO_…`, `socket.proto`.)
public struct TransportProtocol: RawRepresentable, Hashable, Sendable {
  /// The number in the IP header, as in `IPPROTO_TCP`; 0 is the type's own.
  public let rawValue: CInt

  /// Makes a protocol from its number; see ``init(named:)`` for names.
  public init(rawValue: CInt) { self.rawValue = rawValue }

  /// The one that belongs to the family and the type: TCP for a stream, UDP for datagrams.
  public static var automatic: TransportProtocol { TransportProtocol(rawValue: 0) }
  /// RFC 9293. (Python: `IPPROTO_TCP`.)
  public static var tcp: TransportProtocol { TransportProtocol(rawValue: CInt(IPPROTO_TCP)) }
  /// RFC 768. (Python: `IPPROTO_UDP`.)
  public static var udp: TransportProtocol { TransportProtocol(rawValue: CInt(IPPROTO_UDP)) }
  /// RFC 3828. (Python: `IPPROTO_UDPLITE`.)
  public static var udpLite: TransportProtocol { TransportProtocol(rawValue: CInt(IPPROTO_UDPLITE)) }
  /// RFC 792. (Python: `IPPROTO_ICMP`.)
  public static var icmp: TransportProtocol { TransportProtocol(rawValue: CInt(IPPROTO_ICMP)) }
  /// RFC 4443. (Python: `IPPROTO_ICMPV6`.)
  public static var icmpv6: TransportProtocol { TransportProtocol(rawValue: CInt(IPPROTO_ICMPV6)) }
  /// RFC 9260. (Python: `IPPROTO_SCTP`.)
  public static var sctp: TransportProtocol { TransportProtocol(rawValue: CInt(IPPROTO_SCTP)) }
}
