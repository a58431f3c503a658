internal import CSockets
internal import Glibc

/// What kind of addresses a socket has. (Python: `AF_…`, `socket.family`.)
///
/// Any other family of the kernel's is made from its number, as in `AddressFamily(rawValue: AF_VSOCK)`.
public struct AddressFamily: RawRepresentable, Hashable, Sendable {
  /// The kernel's number, as in `AF_INET`.
  public let rawValue: CInt

  /// Makes a family from the kernel's number.
  public init(rawValue: CInt) { self.rawValue = rawValue }

  /// Any family: for questions to the resolver only. (Python: `AF_UNSPEC`.)
  public static var unspecified: AddressFamily { AddressFamily(rawValue: AF_UNSPEC) }
  /// IPv4, `man 7 ip`. (Python: `AF_INET`.)
  public static var ipv4: AddressFamily { AddressFamily(rawValue: AF_INET) }
  /// IPv6, `man 7 ipv6`. (Python: `AF_INET6`.)
  public static var ipv6: AddressFamily { AddressFamily(rawValue: AF_INET6) }
  /// Within this machine, by path or by abstract name, `man 7 unix`. (Python: `AF_UNIX`.)
  public static var unix: AddressFamily { AddressFamily(rawValue: AF_UNIX) }
}

extension AddressFamily: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unspecified: "any family"
    case .ipv4: "IPv4"
    case .ipv6: "IPv6"
    case .unix: "Unix"
    default: "address family \(rawValue)"
    }
  }
}
