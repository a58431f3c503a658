public import Addresses

/// Where a socket is, or where its peer is.
///
/// ```swift
/// let home = SocketAddress.ipv4(.loopback, port: 8080)
/// let control = SocketAddress.unix(path: "/run/landline.sock")
/// ```
///
/// Python writes these as tuples and strings: `("127.0.0.1", 8080)`, `("::1", 8080, 0, 0)`,
/// `"/run/landline.sock"`, `b"\0name"`.
public enum SocketAddress: Hashable, Sendable {
  /// An IPv4 address and a port; port 0 asks the kernel for a free one.
  case ipv4(IPv4Address, port: Port)

  /// An IPv6 address and a port.
  ///
  /// - `flowInfo`: The flow label and traffic class, RFC 8200 §6; 0 as a rule.
  /// - `scope`: The index of the interface that a link-local address is meant on; 0 for others. To
  ///   the kernel an address's zone says the same, where the scope is 0; from the kernel comes the scope,
  ///   and an address without zone.
  case ipv6(IPv6Address, port: Port, flowInfo: UInt32 = 0, scope: UInt32 = 0)

  /// A Unix socket's path, as bytes, 1 to 107 of them without a zero; see ``unix(path:)``.
  case unix([UInt8])

  /// A name in Linux's abstract space, up to 107 bytes of any value, without the leading zero that
  /// Python writes (`man 7 unix`). It vanishes with its socket; there is no file.
  case abstractUnix([UInt8])

  /// A Unix socket without a name, such as each end of a pair. Binding to it lets the kernel choose
  /// an abstract name. Also what the kernel gives when it says nothing, as for the sender of bytes
  /// that came through a connection. (Python: `""` and `None`.)
  case unnamed

  /// An address of any other family: the bytes of its C structure behind the family's number.
  case other(AddressFamily, [UInt8])

  /// An address and a port; of an IPv6 address without flow information.
  public init(_ address: IPAddress, port: Port) {
    switch address {
    case .ipv4(let address): self = .ipv4(address, port: port)
    case .ipv6(let address): self = .ipv6(address, port: port)
    }
  }

  /// A Unix socket's path, in UTF-8.
  public static func unix(path: String) -> SocketAddress { .unix(Array(path.utf8)) }

  /// A name in the abstract space, in UTF-8.
  public static func abstractUnix(name: String) -> SocketAddress { .abstractUnix(Array(name.utf8)) }

  /// The family that a socket for this address belongs to.
  public var family: AddressFamily {
    switch self {
    case .ipv4: .ipv4
    case .ipv6: .ipv6
    case .unix, .abstractUnix, .unnamed: .unix
    case .other(let family, _): family
    }
  }

  /// The IP address; nil for what has none.
  public var ipAddress: IPAddress? {
    switch self {
    case .ipv4(let address, _): .ipv4(address)
    case .ipv6(let address, _, _, _): .ipv6(address)
    case .unix, .abstractUnix, .unnamed, .other: nil
    }
  }

  /// The port; nil for what has none.
  public var port: Port? {
    switch self {
    case .ipv4(_, let port), .ipv6(_, let port, _, _): port
    case .unix, .abstractUnix, .unnamed, .other: nil
    }
  }
}

extension SocketAddress: CustomStringConvertible {
  /// `127.0.0.1:80`, `[fe80::1%2]:80`, `/run/x.sock`, `@name` (abstract), `(unnamed)`.
  public var description: String {
    switch self {
    case .ipv4(let address, let port): "\(address):\(port)"
    case .ipv6(let address, let port, _, let scope):
      scope == 0 ? "[\(address)]:\(port)" : "[\(address)%\(scope)]:\(port)"
    case .unix(let path): Self.printable(path)
    case .abstractUnix(let name): "@" + Self.printable(name)
    case .unnamed: "(unnamed)"
    case .other(let family, let bytes): "\(family), \(bytes.count) bytes"
    }
  }

  /// Control characters and what is not UTF-8 as `\xNN`, so that a log line stays one line.
  private static func printable(_ bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self),
      text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control })
    {
      return text
    }
    return bytes.map { byte in
      (0x20..<0x7F).contains(byte)
        ? String(UnicodeScalar(byte)) : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
  }
}
