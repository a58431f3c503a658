// A block has a property if all its addresses have it, which is so if the first and the last one
// have it by the same entry of a registry (as in Python).
extension CIDRBlock {
  /// Whether all addresses are private by one entry of the registry. (Python: `is_private`.)
  ///
  /// There is no `isGlobal`: for a block with addresses of both kinds, "not private" is no answer. A
  /// block of IPv4-mapped addresses is judged as the IPv4 block that it is, which Python does for
  /// addresses only.
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
