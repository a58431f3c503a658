/// What IPv4 and IPv6 addresses have in common, so that ``CIDRBlock`` and ``AddressRange`` are
/// written once.
public protocol IPAddressProtocol: AddressText, Comparable {
  /// The unsigned integer with as many bits as the address.
  associatedtype Value: FixedWidthInteger & UnsignedInteger & Sendable

  /// Makes an address from its number.
  ///
  /// - Parameter value: The address in the host's byte order: 127.0.0.1 is 0x7F00_0001.
  init(_ value: Value)

  /// The address as a number in the host's byte order; `value.bigEndian` is network byte order.
  /// (Python: `int(address)`.)
  var value: Value { get }

  /// Whether the address is for private networks, or for another purpose that keeps it from being
  /// globally reachable. (Python: `is_private`.)
  var isPrivate: Bool { get }

  /// Whether the address is globally reachable, by the registry of its family. (Python: `is_global`.)
  var isGlobal: Bool { get }

  /// Whether the address is the host itself. (Python: `is_loopback`.)
  var isLoopback: Bool { get }

  /// Whether the address is valid on one link only. (Python: `is_link_local`.)
  var isLinkLocal: Bool { get }

  /// Whether the address names a group of hosts. (Python: `is_multicast`.)
  var isMulticast: Bool { get }

  /// Whether the address is the one with all bits zero. (Python: `is_unspecified`.)
  var isUnspecified: Bool { get }

  /// Whether the address is in space that the IETF keeps for the future. (Python: `is_reserved`.)
  var isReserved: Bool { get }

  /// The name under which the DNS keeps the name of this address. (Python: `reverse_pointer`.)
  var reversePointer: String { get }

  /// Blocks of addresses that are not globally reachable.
  static var privateBlocks: [CIDRBlock<Self>] { get }

  /// Blocks inside of ``privateBlocks`` that are globally reachable.
  static var privateExceptions: [CIDRBlock<Self>] { get }
}
