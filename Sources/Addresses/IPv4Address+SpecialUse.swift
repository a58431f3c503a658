// The IANA IPv4 Special-Purpose Address Registry (RFC 6890), as Python reads it since 3.13 and its
// security releases of 2024. The answers are the registry's, not a judgement about a network at hand.
extension IPv4Address {
  /// Whether the address is in one of ``privateBlocks`` and not among the exceptions.
  ///
  /// That is more than RFC 1918: loopback, link-local, documentation and reserved space are private,
  /// too. Shared space (100.64.0.0/10) is neither private nor global. (Python: `is_private`.)
  public var isPrivate: Bool {
    IPv4Address.privateBlocks.contains { $0.contains(self) }
      && !IPv4Address.privateExceptions.contains { $0.contains(self) }
  }

  /// Whether the address is globally reachable: neither private nor in 100.64.0.0/10. Multicast
  /// addresses count as global. (Python: `is_global`.)
  public var isGlobal: Bool { !isPrivate && value >> 22 != 0x6440_0000 >> 22 }

  /// Whether the address is in 127.0.0.0/8. (Python: `is_loopback`.)
  public var isLoopback: Bool { value >> 24 == 127 }

  /// Whether the address is in 169.254.0.0/16 (RFC 3927). (Python: `is_link_local`.)
  public var isLinkLocal: Bool { value >> 16 == 0xA9FE }

  /// Whether the address is in 224.0.0.0/4 (RFC 5771). (Python: `is_multicast`.)
  public var isMulticast: Bool { value >> 28 == 0xE }

  /// Whether the address is 0.0.0.0. (Python: `is_unspecified`.)
  public var isUnspecified: Bool { value == 0 }

  /// Whether the address is in 240.0.0.0/4 (RFC 1112), 255.255.255.255 among it. (Python:
  /// `is_reserved`.)
  public var isReserved: Bool { value >> 28 == 0xF }

  /// Blocks of addresses that are not globally reachable.
  public static let privateBlocks = [
    IPv4Network(unchecked: 0x0000_0000, 8),  // this network, RFC 791
    IPv4Network(unchecked: 0x0A00_0000, 8),  // 10.0.0.0, RFC 1918
    IPv4Network(unchecked: 0x7F00_0000, 8),  // 127.0.0.0, RFC 1122
    IPv4Network(unchecked: 0xA9FE_0000, 16),  // 169.254.0.0, RFC 3927
    IPv4Network(unchecked: 0xAC10_0000, 12),  // 172.16.0.0, RFC 1918
    IPv4Network(unchecked: 0xC000_0000, 24),  // 192.0.0.0, RFC 6890
    IPv4Network(unchecked: 0xC000_0200, 24),  // 192.0.2.0, RFC 5737
    IPv4Network(unchecked: 0xC0A8_0000, 16),  // 192.168.0.0, RFC 1918
    IPv4Network(unchecked: 0xC612_0000, 15),  // 198.18.0.0, RFC 2544
    IPv4Network(unchecked: 0xC633_6400, 24),  // 198.51.100.0, RFC 5737
    IPv4Network(unchecked: 0xCB00_7100, 24),  // 203.0.113.0, RFC 5737
    IPv4Network(unchecked: 0xF000_0000, 4),  // 240.0.0.0, RFC 1112
  ]

  /// Addresses inside of ``privateBlocks`` that are globally reachable.
  public static let privateExceptions = [
    IPv4Network(unchecked: 0xC000_0009, 32),  // 192.0.0.9, RFC 7723
    IPv4Network(unchecked: 0xC000_000A, 32),  // 192.0.0.10, RFC 8155
  ]
}
