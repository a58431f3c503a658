// Smaller and larger blocks, and the addresses in one.
extension CIDRBlock {
  /// All addresses. (Python: iterating over a network.)
  @inlinable
  public var addresses: AddressRange<Address> {
    AddressRange(unchecked: base, broadcastAddress.value)
  }

  /// The addresses that hosts can have. (Python: `hosts`.)
  ///
  /// All but the first, which is the network itself (in IPv6: any of its routers, RFC 4291 §2.6.1),
  /// and in IPv4 the last, which is for broadcasts. Blocks of one or two addresses have no such
  /// ones (RFC 3021, RFC 6164).
  public var hosts: AddressRange<Address> {
    guard Address.Value.bitWidth - prefixLength > 1 else { return addresses }
    let isIPv4 = Address.self == IPv4Address.self
    return AddressRange(unchecked: base + 1, broadcastAddress.value - (isIPv4 ? 1 : 0))
  }

  /// The address at a distance from the first one; nil behind the last. (Python: `network[offset]`.)
  public subscript(offset offset: Address.Value) -> Address? {
    offset <= hostmask.value ? Address(base + offset) : nil
  }

  /// The blocks of a greater prefix length that this block consists of. (Python:
  /// `subnets(new_prefix=)`.)
  ///
  /// - Parameter prefixLength: From this block's own (then it is the only one) to the number of bits
  ///   of an address; others trap.
  public func subnets(prefixLength: Int) -> some Sequence<CIDRBlock> & Sendable {
    precondition(
      prefixLength >= self.prefixLength && prefixLength <= Address.Value.bitWidth,
      "a /\(self.prefixLength) does not consist of /\(prefixLength)")
    return Subnets(block: self, prefixLength: prefixLength)
  }

  /// The block of a smaller prefix length that this block is in. (Python: `supernet(new_prefix=)`.)
  ///
  /// - Parameter prefixLength: From 0 to this block's own; others trap.
  public func supernet(prefixLength: Int) -> CIDRBlock {
    precondition(
      prefixLength >= 0 && prefixLength <= self.prefixLength,
      "a /\(self.prefixLength) is in no /\(prefixLength)")
    return CIDRBlock(unchecked: base & CIDRBlock.mask(prefixLength), prefixLength)
  }

  /// What remains of the block without another one, in the fewest blocks, in order. (Python:
  /// `address_exclude`, which wants the other one inside.)
  public func subtracting(_ other: CIDRBlock) -> [CIDRBlock] {
    guard contains(other) else { return other.contains(self) ? [] : [self] }
    // At each length on the way, the half that the other block is not in.
    var low: [CIDRBlock] = []
    var high: [CIDRBlock] = []
    for length in stride(from: prefixLength + 1, through: other.prefixLength, by: 1) {
      let bit: Address.Value = 1 << Address.Value(Address.Value.bitWidth - length)
      let sibling = CIDRBlock(unchecked: other.base & CIDRBlock.mask(length) ^ bit, length)
      if sibling < other { low.append(sibling) } else { high.append(sibling) }
    }
    return low + high.reversed()
  }

  /// The fewest blocks with the same addresses, in order. (Python: `collapse_addresses`.)
  public static func collapsing(_ blocks: some Sequence<CIDRBlock>) -> [CIDRBlock] {
    var result: [CIDRBlock] = []
    var current: AddressRange<Address>?
    for block in blocks.sorted() {
      let next = block.addresses
      guard let range = current else {
        current = next
        continue
      }
      // Not `upper + 1 >= lower`: there may be no number behind the last.
      if next.lower <= range.upper || next.lower - range.upper == 1 {
        current = AddressRange(unchecked: range.lower, Swift.max(range.upper, next.upper))
      } else {
        result += range.blocks
        current = next
      }
    }
    return result + (current?.blocks ?? [])
  }
}

/// The subnets of a block, made one at a time.
struct Subnets<Address: IPAddressProtocol>: Sequence, IteratorProtocol, Sendable {
  private var upcoming: Address.Value?
  private let last: Address.Value
  private let prefixLength: Int

  init(block: CIDRBlock<Address>, prefixLength: Int) {
    upcoming = block.base
    last = block.broadcastAddress.value & CIDRBlock<Address>.mask(prefixLength)
    self.prefixLength = prefixLength
  }

  mutating func next() -> CIDRBlock<Address>? {
    guard let base = upcoming else { return nil }
    let distance: Address.Value = 1 << Address.Value(Address.Value.bitWidth - prefixLength)
    upcoming = base == last ? nil : base + distance
    return CIDRBlock(unchecked: base, prefixLength)
  }
}
