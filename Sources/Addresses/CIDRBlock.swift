/// The IPv4 addresses that begin with the same bits: `192.0.2.0/24`. (Python: `IPv4Network`.)
public typealias IPv4Network = CIDRBlock<IPv4Address>

/// The IPv6 addresses that begin with the same bits: `2001:db8::/32`. (Python: `IPv6Network`.)
public typealias IPv6Network = CIDRBlock<IPv6Address>

/// A block of addresses that begin with the same bits (RFC 4632).
///
/// ```swift
/// let office = try IPv4Network(parsing: "192.0.2.0/24")
/// print(office.contains(IPv4Address(192, 0, 2, 7)))  // true
/// print(office.netmask, office.broadcastAddress)     // 255.255.255.0 192.0.2.255
/// ```
///
/// A block has no zone; where it is asked about an address that has one, only the bits count. (Python:
/// `ipaddress.IPv4Network` and `IPv6Network`.)
@frozen
public struct CIDRBlock<Address: IPAddressProtocol>: AddressText, Comparable {
  /// The first address as a number.
  @usableFromInline
  let base: Address.Value

  /// How many bits all addresses of the block begin with.
  public let prefixLength: Int

  /// Makes a block from numbers that belong together.
  @inlinable
  init(unchecked base: Address.Value, _ prefixLength: Int) {
    self.base = base
    self.prefixLength = prefixLength
  }

  /// Makes a block from its first address.
  ///
  /// - Parameters:
  ///   - networkAddress: The first address.
  ///   - prefixLength: How many bits all addresses begin with.
  /// - Returns: Nil if the address has no so many bits, or one bit set behind the prefix.
  @inlinable
  public init?(networkAddress: Address, prefixLength: Int) {
    self.init(containing: networkAddress, prefixLength: prefixLength)
    guard base == networkAddress.value else { return nil }
  }

  /// Makes the block that an address is in. (Python: `strict=False`.)
  ///
  /// - Parameters:
  ///   - address: Any address of the block.
  ///   - prefixLength: How many bits all addresses begin with.
  /// - Returns: Nil if addresses have no so many bits.
  @inlinable
  public init?(containing address: Address, prefixLength: Int) {
    guard prefixLength >= 0, prefixLength <= Address.Value.bitWidth else { return nil }
    base = address.value & CIDRBlock.mask(prefixLength)
    self.prefixLength = prefixLength
  }

  /// Makes a block of one address.
  @inlinable
  public init(_ address: Address) { self.init(unchecked: address.value, Address.Value.bitWidth) }

  /// As many ones as the prefix is long, then zeros.
  @inlinable
  static func mask(_ prefixLength: Int) -> Address.Value {
    // A smart shift: one by all bits gives 0.
    ~(~0 >> Address.Value(prefixLength))
  }

  /// The first address. (Python: `network_address`.)
  @inlinable
  public var networkAddress: Address { Address(base) }

  /// The last address, which in IPv4 is for broadcasts. (Python: `broadcast_address`.)
  @inlinable
  public var broadcastAddress: Address { Address(base | ~CIDRBlock.mask(prefixLength)) }

  /// Ones where the prefix is. (Python: `netmask`.)
  @inlinable
  public var netmask: Address { Address(CIDRBlock.mask(prefixLength)) }

  /// Ones where the prefix is not. (Python: `hostmask`.)
  @inlinable
  public var hostmask: Address { Address(~CIDRBlock.mask(prefixLength)) }

  /// How many addresses there are; nil for `::/0`, whose 2^128 do not fit. (Python: `num_addresses`.)
  public var count: UInt128? {
    let hostBits = Address.Value.bitWidth - prefixLength
    return hostBits < 128 ? 1 << UInt128(hostBits) : nil
  }

  /// Whether an address is in the block. (Python: `in`.)
  ///
  /// An IPv4-mapped address is an IPv6 address here: see ``IPAddress/unmapped``.
  @inlinable
  public func contains(_ address: Address) -> Bool {
    address.value & CIDRBlock.mask(prefixLength) == base
  }

  /// Whether all addresses of another block are in this one. (Python: `supernet_of`.)
  @inlinable
  public func contains(_ block: CIDRBlock) -> Bool {
    block.prefixLength >= prefixLength && block.base & CIDRBlock.mask(prefixLength) == base
  }

  /// Whether some address is in both blocks: whether one contains the other. (Python: `overlaps`.)
  @inlinable
  public func overlaps(_ block: CIDRBlock) -> Bool { contains(block) || block.contains(self) }

  /// The order of the first addresses; among equal ones, larger blocks first.
  @inlinable
  public static func < (left: CIDRBlock, right: CIDRBlock) -> Bool {
    left.base == right.base ? left.prefixLength < right.prefixLength : left.base < right.base
  }
}
