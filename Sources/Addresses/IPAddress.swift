/// An address of either family. (Python: what `ipaddress.ip_address` returns.)
@frozen
public enum IPAddress: AddressText, Comparable {
  /// An IPv4 address.
  case ipv4(IPv4Address)
  /// An IPv6 address.
  case ipv6(IPv6Address)

  /// The IPv4 address in an IPv4-mapped one; any other address as it is.
  ///
  /// A socket that serves both families gives each IPv4 peer as `::ffff:192.0.2.1`. Look it up in
  /// lists of IPv4 networks by its unmapped form.
  @inlinable
  public var unmapped: IPAddress {
    if case .ipv6(let address) = self, let mapped = address.ipv4Mapped { .ipv4(mapped) } else { self }
  }

  /// IPv4 before IPv6; among one family, the order of the addresses.
  @inlinable
  public static func < (left: IPAddress, right: IPAddress) -> Bool {
    switch (left, right) {
    case (.ipv4(let left), .ipv4(let right)): left < right
    case (.ipv6(let left), .ipv6(let right)): left < right
    case (.ipv4, .ipv6): true
    case (.ipv6, .ipv4): false
    }
  }
}

extension IPAddress {
  /// The length of an IPv6 address.
  public static var maximumTextLength: Int { IPv6Address.maximumTextLength }

  /// Parses an address of either family: with a colon it is IPv6, without one IPv4.
  ///
  /// - Parameter text: The text's UTF-8, without brackets.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    guard !text.isEmpty else { throw AddressError(.empty, "IP address", at: 0) }
    if text.firstOffset(of: .colon, in: 0..<text.count) == nil {
      self = .ipv4(try IPv4Address(parsing: text))
    } else {
      self = .ipv6(try IPv6Address(parsing: text))
    }
  }

  /// Appends the address in its family's canonical form; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    switch self {
    case .ipv4(let address): address.write(into: &output)
    case .ipv6(let address): address.write(into: &output)
    }
  }

  /// The name under which the DNS keeps the name of this address. (Python: `reverse_pointer`.)
  public var reversePointer: String {
    switch self {
    case .ipv4(let address): address.reversePointer
    case .ipv6(let address): address.reversePointer
    }
  }

  /// See ``IPAddressProtocol/isPrivate``.
  public var isPrivate: Bool { ask(\.isPrivate, \.isPrivate) }

  /// See ``IPAddressProtocol/isGlobal``.
  public var isGlobal: Bool { ask(\.isGlobal, \.isGlobal) }

  /// See ``IPAddressProtocol/isLoopback``.
  public var isLoopback: Bool { ask(\.isLoopback, \.isLoopback) }

  /// See ``IPAddressProtocol/isLinkLocal``.
  public var isLinkLocal: Bool { ask(\.isLinkLocal, \.isLinkLocal) }

  /// See ``IPAddressProtocol/isMulticast``.
  public var isMulticast: Bool { ask(\.isMulticast, \.isMulticast) }

  /// See ``IPAddressProtocol/isUnspecified``.
  public var isUnspecified: Bool { ask(\.isUnspecified, \.isUnspecified) }

  /// See ``IPAddressProtocol/isReserved``.
  public var isReserved: Bool { ask(\.isReserved, \.isReserved) }

  private func ask(_ ipv4: (IPv4Address) -> Bool, _ ipv6: (IPv6Address) -> Bool) -> Bool {
    switch self {
    case .ipv4(let address): ipv4(address)
    case .ipv6(let address): ipv6(address)
    }
  }
}
