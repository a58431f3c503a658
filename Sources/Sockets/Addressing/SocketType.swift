internal import CSockets
internal import Glibc

/// How a socket carries bytes. (Python: `SOCK_…`, `socket.type`.)
public struct SocketType: RawRepresentable, Hashable, Sendable {
  /// The kernel's number, as in `SOCK_STREAM`.
  public let rawValue: CInt

  /// Makes a type from the kernel's number, without the flags `SOCK_CLOEXEC` and `SOCK_NONBLOCK`.
  public init(rawValue: CInt) { self.rawValue = rawValue }

  private init(_ type: __socket_type) { rawValue = CInt(type.rawValue) }

  /// Bytes in order, without borders: TCP. (Python: `SOCK_STREAM`.)
  public static var stream: SocketType { SocketType(SOCK_STREAM) }
  /// Messages, each for itself, which may get lost: UDP. (Python: `SOCK_DGRAM`.)
  public static var datagram: SocketType { SocketType(SOCK_DGRAM) }
  /// Messages with borders, in order, over a connection: Unix sockets, SCTP. (Python: `SOCK_SEQPACKET`.)
  public static var seqpacket: SocketType { SocketType(SOCK_SEQPACKET) }
  /// Packets with their protocol's header; needs the capability `CAP_NET_RAW`. (Python: `SOCK_RAW`.)
  public static var raw: SocketType { SocketType(SOCK_RAW) }
}

extension SocketType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .stream: "stream"
    case .datagram: "datagram"
    case .seqpacket: "seqpacket"
    case .raw: "raw"
    default: "socket type \(rawValue)"
    }
  }
}
