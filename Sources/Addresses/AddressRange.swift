/// Addresses from a first to a last one, both included.
///
/// ```swift
/// for host in try IPv4Network(parsing: "192.0.2.0/29").hosts { print(host) }  // .1 to .6
/// ```
///
/// A range may have more addresses than anybody lives to see: it is a sequence, not a collection.
@frozen
public struct AddressRange<Address: IPAddressProtocol>: Sequence, Hashable, Sendable {
  @usableFromInline
  let lower: Address.Value
  @usableFromInline
  let upper: Address.Value

  /// Makes a range; nil if the last address comes before the first. Zones are left out.
  @inlinable
  public init?(first: Address, last: Address) {
    guard first.value <= last.value else { return nil }
    self.init(unchecked: first.value, last.value)
  }

  @inlinable
  init(unchecked lower: Address.Value, _ upper: Address.Value) {
    self.lower = lower
    self.upper = upper
  }

  /// The lowest address.
  @inlinable
  public var first: Address { Address(lower) }

  /// The highest address.
  @inlinable
  public var last: Address { Address(upper) }

  /// Whether an address is in the range.
  @inlinable
  public func contains(_ address: Address) -> Bool {
    lower <= address.value && address.value <= upper
  }

  /// The fewest blocks that make up the range, in order: at most two for each bit of an address.
  /// (Python: `summarize_address_range`.)
  public var blocks: [CIDRBlock<Address>] {
    var blocks: [CIDRBlock<Address>] = []
    var first = lower
    while true {
      // The largest block that begins here and ends in the range.
      let distance = upper - first
      let fitting = Address.Value.bitWidth - (distance &+ 1).leadingZeroBitCount - 1
      let bits = Swift.min(first.trailingZeroBitCount, distance == .max ? Address.Value.bitWidth : fitting)
      blocks.append(CIDRBlock(unchecked: first, Address.Value.bitWidth - bits))
      let last = first | ~CIDRBlock<Address>.mask(Address.Value.bitWidth - bits)
      if last == upper { return blocks }
      first = last + 1
    }
  }

  /// Starts over at the lowest address.
  @inlinable
  public func makeIterator() -> Iterator { Iterator(next: lower, last: upper) }

  /// The addresses from the lowest up.
  @frozen
  public struct Iterator: IteratorProtocol {
    /// Nil when the last one has been given; a number past it may not exist.
    @usableFromInline
    var upcoming: Address.Value?
    @usableFromInline
    let last: Address.Value

    @inlinable
    init(next: Address.Value, last: Address.Value) {
      upcoming = next
      self.last = last
    }

    /// The next address; nil behind the highest.
    @inlinable
    public mutating func next() -> Address? {
      guard let value = upcoming else { return nil }
      upcoming = value == last ? nil : value + 1
      return Address(value)
    }
  }
}
