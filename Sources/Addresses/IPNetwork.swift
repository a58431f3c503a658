/// A network of either family. (Python: what `ipaddress.ip_network` returns.)
@frozen
public enum IPNetwork: AddressText, Comparable {
  /// A network of IPv4 addresses.
  case ipv4(IPv4Network)
  /// A network of IPv6 addresses.
  case ipv6(IPv6Network)

  /// Whether an address is in the network; never one of the other family. (Python: `in`.)
  ///
  /// For an address from a socket that serves both families, ask about its ``IPAddress/unmapped``
  /// form.
  @inlinable
  public func contains(_ address: IPAddress) -> Bool {
    switch (self, address) {
    case (.ipv4(let network), .ipv4(let address)): network.contains(address)
    case (.ipv6(let network), .ipv6(let address)): network.contains(address)
    case (.ipv4, .ipv6), (.ipv6, .ipv4): false
    }
  }

  /// How many bits all addresses of the network begin with: 0 to 32 or to 128.
  @inlinable
  public var prefixLength: Int {
    switch self {
    case .ipv4(let network): network.prefixLength
    case .ipv6(let network): network.prefixLength
    }
  }

  /// IPv4 before IPv6; among one family, the order of the networks.
  @inlinable
  public static func < (left: IPNetwork, right: IPNetwork) -> Bool {
    switch (left, right) {
    case (.ipv4(let left), .ipv4(let right)): left < right
    case (.ipv6(let left), .ipv6(let right)): left < right
    case (.ipv4, .ipv6): true
    case (.ipv6, .ipv4): false
    }
  }
}

extension IPNetwork {
  /// The length of an IPv6 network.
  public static var maximumTextLength: Int { IPv6Network.maximumTextLength }

  /// Parses a network of either family: with a colon it is IPv6, without one IPv4.
  ///
  /// - Parameter text: The text's UTF-8; see ``CIDRBlock/init(parsing:)``.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    guard !text.isEmpty else { throw AddressError(.empty, "IP network", at: 0) }
    if text.firstOffset(of: .colon, in: 0..<text.count) == nil {
      self = .ipv4(try IPv4Network(parsing: text))
    } else {
      self = .ipv6(try IPv6Network(parsing: text))
    }
  }

  /// Appends `address/prefixLength`; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    switch self {
    case .ipv4(let network): network.write(into: &output)
    case .ipv6(let network): network.write(into: &output)
    }
  }
}
