/// An IPv4 address: 32 bits, in four bytes, without allocation.
///
/// ```swift
/// let server = try IPv4Address(parsing: "192.0.2.1")
/// let same = IPv4Address(192, 0, 2, 1)
/// print(server == same, server.isPrivate)  // true true
/// ```
///
/// (Python: `ipaddress.IPv4Address`.)
@frozen
public struct IPv4Address: IPAddressProtocol {
  /// The address as a number in the host's byte order: 127.0.0.1 is 0x7F00_0001.
  public let value: UInt32

  /// Makes an address from its number.
  ///
  /// - Parameter value: The address in the host's byte order: 127.0.0.1 is 0x7F00_0001.
  @inlinable
  public init(_ value: UInt32) { self.value = value }

  /// Makes an address from its octets, in the order in which they are written.
  @inlinable
  public init(_ first: UInt8, _ second: UInt8, _ third: UInt8, _ fourth: UInt8) {
    value = UInt32(first) << 24 | UInt32(second) << 16 | UInt32(third) << 8 | UInt32(fourth)
  }

  /// Makes an address from its octets in network byte order; nil unless there are four. (Python: `IPv4Address(bytes)`.)
  @inlinable
  public init?(octets: Span<UInt8>) {
    guard octets.count == 4 else { return nil }
    self.init(octets[0], octets[1], octets[2], octets[3])
  }

  /// The octets in network byte order. (Python: `packed`.)
  @inlinable
  public var octets: [4 of UInt8] {
    InlineArray { UInt8(truncatingIfNeeded: value >> (24 - 8 * UInt32($0))) }
  }

  /// 0.0.0.0: any address of this host, where one binds. (Python: `INADDR_ANY`.)
  @inlinable
  public static var any: IPv4Address { IPv4Address(0) }

  /// 127.0.0.1.
  @inlinable
  public static var loopback: IPv4Address { IPv4Address(0x7F00_0001) }

  /// 255.255.255.255: all hosts on this link. (Python: `INADDR_BROADCAST`.)
  @inlinable
  public static var broadcast: IPv4Address { IPv4Address(.max) }

  /// The order of the numbers.
  @inlinable
  public static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.value < right.value }
}
