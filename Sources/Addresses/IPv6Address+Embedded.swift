// IPv6 addresses with another address inside.
extension IPv6Address {
  /// The IPv4-mapped address (RFC 4291 §2.5.5.2): how an IPv4 peer looks to an IPv6 socket.
  @inlinable
  public init(mapping address: IPv4Address) { self.init(0xFFFF << 32 | UInt128(address.value)) }

  /// The IPv4 address of an IPv4-mapped address; nil of others. (Python: `ipv4_mapped`.)
  @inlinable
  public var ipv4Mapped: IPv4Address? {
    value >> 32 == 0xFFFF ? IPv4Address(UInt32(truncatingIfNeeded: value)) : nil
  }

  /// The IPv4 address of a 6to4 router in 2002::/16 (RFC 3056); nil of others. (Python: `sixtofour`.)
  public var sixToFour: IPv4Address? {
    value >> 112 == 0x2002 ? IPv4Address(UInt32(truncatingIfNeeded: value >> 80)) : nil
  }

  /// Server and client of a Teredo address in 2001::/32 (RFC 4380); nil of others. (Python:
  /// `teredo`.)
  public var teredo: (server: IPv4Address, client: IPv4Address)? {
    guard value >> 96 == 0x2001_0000 else { return nil }
    return (
      IPv4Address(UInt32(truncatingIfNeeded: value >> 64)), IPv4Address(~UInt32(truncatingIfNeeded: value))
    )
  }

  /// The link-local address that a network interface makes from its MAC address (RFC 4291,
  /// appendix A), where it does not make a random one.
  ///
  /// - Parameters:
  ///   - address: The interface's MAC address.
  ///   - zone: Which interface, or nil.
  public init(linkLocal address: MACAddress, zone: IPv6Zone? = nil) {
    let flipped = UInt128(address.value ^ 0x0200_0000_0000)
    self.init(
      0xFE80 << 112 | (flipped >> 24) << 40 | 0xFF_FE00_0000 | flipped & 0xFF_FFFF, zone: zone)
  }
}

extension CIDRBlock<IPv6Address> {
  /// The IPv4 network of a block of IPv4-mapped addresses; nil of others.
  public var ipv4Mapped: IPv4Network? {
    guard prefixLength >= 96, let address = networkAddress.ipv4Mapped else { return nil }
    return IPv4Network(unchecked: address.value, prefixLength - 96)
  }
}
