/// An IPv6 address: 128 bits, and the zone of a scoped address, without allocation.
///
/// ```swift
/// let printer = try IPv6Address(parsing: "FE80:0:0::1%eth0")
/// print(printer, printer.isLinkLocal)  // fe80::1%eth0 true
/// ```
///
/// Two addresses are equal if their bits and their zones are. (Python: `ipaddress.IPv6Address`.)
@frozen
public struct IPv6Address: IPAddressProtocol {
  /// The 128 bits as a number in the host's byte order: ::1 is 1.
  public let value: UInt128

  /// The zone's bytes; 0 for none, so that the whole is 32 bytes.
  @usableFromInline
  let zoneBytes: UInt128

  /// Makes an address without zone from its number.
  ///
  /// - Parameter value: The address in the host's byte order: ::1 is 1.
  @inlinable
  public init(_ value: UInt128) { self.init(value, zone: nil) }

  /// Makes an address with a zone.
  ///
  /// - Parameters:
  ///   - value: The address in the host's byte order: ::1 is 1.
  ///   - zone: The zone, or nil.
  @inlinable
  public init(_ value: UInt128, zone: IPv6Zone?) {
    self.value = value
    zoneBytes = zone?.bytes ?? 0
  }

  /// Makes an address without zone from its octets in network byte order; nil unless there are
  /// sixteen. (Python: `IPv6Address(bytes)`.)
  @inlinable
  public init?(octets: Span<UInt8>) {
    guard octets.count == 16 else { return nil }
    var value: UInt128 = 0
    for index in octets.indices { value = value << 8 | UInt128(octets[index]) }
    self.init(value)
  }

  /// The octets in network byte order. (Python: `packed`.)
  @inlinable
  public var octets: [16 of UInt8] {
    InlineArray { UInt8(truncatingIfNeeded: value >> (120 - 8 * UInt128($0))) }
  }

  /// The zone; nil if the address has none. (Python: `scope_id`.)
  @inlinable
  public var zone: IPv6Zone? { zoneBytes == 0 ? nil : IPv6Zone(bytes: zoneBytes) }

  /// The same bits in another zone, or in none.
  @inlinable
  public func withZone(_ zone: IPv6Zone?) -> IPv6Address { IPv6Address(value, zone: zone) }

  /// ::, any address of this host, where one binds. (Python: `IN6ADDR_ANY`.)
  @inlinable
  public static var any: IPv6Address { IPv6Address(0) }

  /// ::1.
  @inlinable
  public static var loopback: IPv6Address { IPv6Address(1) }

  /// The order of the numbers; among equal ones, that of the zones.
  @inlinable
  public static func < (left: IPv6Address, right: IPv6Address) -> Bool {
    left.value == right.value ? left.zoneBytes < right.zoneBytes : left.value < right.value
  }
}
