// The IANA IPv6 Special-Purpose Address Registry (RFC 6890). An IPv4-mapped address is judged as
// the IPv4 address that it is, as in Python 3.13: `::ffff:127.0.0.1` reaches the loopback, so a
// filter has to see it. Zones make no difference.
extension IPv6Address {
  /// Whether the address is in one of ``privateBlocks`` and not among the exceptions. (Python:
  /// `is_private`.)
  ///
  /// The blocks are those of the registry that are not globally reachable, unique local addresses
  /// and documentation among them. Python's table lacks the newest of them (see ``privateBlocks``).
  public var isPrivate: Bool {
    if let mapped = ipv4Mapped { return mapped.isPrivate }
    return IPv6Address.privateBlocks.contains { $0.contains(self) }
      && !IPv6Address.privateExceptions.contains { $0.contains(self) }
  }

  /// Whether the address is globally reachable: not private, and for a mapped one what its IPv4
  /// address is. Multicast addresses count as global. (Python: `is_global`.)
  public var isGlobal: Bool { ipv4Mapped?.isGlobal ?? !isPrivate }

  /// Whether the address is ::1, or mapped from 127.0.0.0/8. (Python: `is_loopback`.)
  public var isLoopback: Bool { ipv4Mapped?.isLoopback ?? (value == 1) }

  /// Whether the address is in fe80::/10 (RFC 4291 §2.5.6), or mapped from 169.254.0.0/16. (Python:
  /// `is_link_local`.)
  public var isLinkLocal: Bool { ipv4Mapped?.isLinkLocal ?? (value >> 118 == 0xFE80 >> 6) }

  /// Whether the address is in ff00::/8 (RFC 4291 §2.7), or mapped from 224.0.0.0/4. (Python:
  /// `is_multicast`.)
  public var isMulticast: Bool { ipv4Mapped?.isMulticast ?? (value >> 120 == 0xFF) }

  /// Whether the address is ::, or mapped from 0.0.0.0. (Python: `is_unspecified`.)
  public var isUnspecified: Bool { ipv4Mapped?.isUnspecified ?? (value == 0) }

  /// Whether the address is in fc00::/7 (RFC 4193): IPv6's counterpart of RFC 1918.
  public var isUniqueLocal: Bool { value >> 121 == 0xFC >> 1 }

  /// Whether the address is in fec0::/10, which RFC 3879 took back. (Python: `is_site_local`.)
  public var isSiteLocal: Bool { value >> 118 == 0xFEC0 >> 6 }

  /// Whether the address is in space that the IETF keeps for the future (RFC 4291 §4), or mapped from
  /// 240.0.0.0/4. (Python: `is_reserved`.)
  ///
  /// That is all space but 2000::/3, unique local, link-local, site-local and multicast addresses;
  /// also ::1, since ::/8 is reserved.
  public var isReserved: Bool {
    if let mapped = ipv4Mapped { return mapped.isReserved }
    let first = UInt16(truncatingIfNeeded: value >> 112)
    return switch first {
    case 0x2000...0x3FFF, 0xFC00...0xFDFF, 0xFE80...0xFFFF: false
    default: true
    }
  }

  /// Blocks of addresses that are not globally reachable.
  ///
  /// Python 3.14 has neither 100:0:0:1::/64 nor 5f00::/16, older ones less. Where the registry is
  /// silent (6to4, Teredo), the address counts as private, as in Python.
  public static let privateBlocks = [
    IPv6Network(unchecked: 1, 128),  // RFC 4291
    IPv6Network(unchecked: 0, 128),  // RFC 4291
    IPv6Network(unchecked: 0xFFFF << 32, 96),  // ::ffff:0:0, RFC 4291
    IPv6Network(unchecked: 0x64_FF9B_0001 << 80, 48),  // 64:ff9b:1::, RFC 8215
    IPv6Network(unchecked: 0x100 << 112, 64),  // 100::, RFC 6666
    IPv6Network(unchecked: 0x100 << 112 | 1 << 64, 64),  // 100:0:0:1::, RFC 9780
    IPv6Network(unchecked: 0x2001 << 112, 23),  // 2001::, RFC 2928
    IPv6Network(unchecked: 0x2001_0DB8 << 96, 32),  // 2001:db8::, RFC 3849
    IPv6Network(unchecked: 0x2002 << 112, 16),  // 2002::, RFC 3056
    IPv6Network(unchecked: 0x3FFF << 112, 20),  // 3fff::, RFC 9637
    IPv6Network(unchecked: 0x5F00 << 112, 16),  // 5f00::, RFC 9602
    IPv6Network(unchecked: 0xFC00 << 112, 7),  // fc00::, RFC 4193
    IPv6Network(unchecked: 0xFE80 << 112, 10),  // fe80::, RFC 4291
  ]

  /// Blocks inside of ``privateBlocks`` that are globally reachable.
  public static let privateExceptions = [
    IPv6Network(unchecked: 0x2001_0001 << 96 | 1, 128),  // 2001:1::1, RFC 7723
    IPv6Network(unchecked: 0x2001_0001 << 96 | 2, 128),  // 2001:1::2, RFC 8155
    IPv6Network(unchecked: 0x2001_0001 << 96 | 3, 128),  // 2001:1::3, RFC 9665
    IPv6Network(unchecked: 0x2001_0003 << 96, 32),  // 2001:3::, RFC 7450
    IPv6Network(unchecked: 0x2001_0004_0112 << 80, 48),  // 2001:4:112::, RFC 7535
    IPv6Network(unchecked: 0x2001_0020 << 96, 28),  // 2001:20::, RFC 7343
    IPv6Network(unchecked: 0x2001_0030 << 96, 28),  // 2001:30::, RFC 9374
  ]
}
