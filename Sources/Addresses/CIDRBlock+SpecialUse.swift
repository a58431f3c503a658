// A block has a property if all its addresses have it, which is so if the first and the last one
// have it by the same entry of a registry (as in Python).
extension CIDRBlock {
  /// Whether all addresses are private by one entry of the registry. (Python: `is_private`.)
  ///
  /// There is no `isGlobal`: for a block with addresses of both kinds, "not private" is no answer.
  ///
  /// Other than in Python
  /// - a block in which one address is globally reachable is not private: 192.0.0.0/24 has 192.0.0.9 and 192.0.0.10,
  ///   2001::/23 has 2001:20::/28. Python looks at the first and the last address only, and says that both are;
  /// - a block of IPv4-mapped addresses is judged as the IPv4 block that it is: ::ffff:8.8.8.0/120 is not private, and
  ///   ::ffff:127.0.0.0/104 ``isLoopback``. Python does that for addresses only, and all such blocks are private to it;
  /// - the registry is newer; see ``IPv6Address/privateBlocks``.
  public var isPrivate: Bool {
    if let mapped = (self as? IPv6Network)?.ipv4Mapped { return mapped.isPrivate }
    return Address.privateBlocks.contains { $0.contains(self) }
      && !Address.privateExceptions.contains { $0.overlaps(self) }
  }

  /// Whether all addresses are the host itself. (Python: `is_loopback`.)
  public var isLoopback: Bool { networkAddress.isLoopback && broadcastAddress.isLoopback }

  /// Whether all addresses are valid on one link only. (Python: `is_link_local`.)
  public var isLinkLocal: Bool { networkAddress.isLinkLocal && broadcastAddress.isLinkLocal }

  /// Whether all addresses name groups of hosts. (Python: `is_multicast`.)
  public var isMulticast: Bool { networkAddress.isMulticast && broadcastAddress.isMulticast }

  /// Whether the block is the unspecified address alone. (Python: `is_unspecified`.)
  public var isUnspecified: Bool { networkAddress.isUnspecified && broadcastAddress.isUnspecified }
}
