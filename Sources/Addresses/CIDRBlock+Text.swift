extension CIDRBlock {
  /// An address, `/`, and up to three digits.
  public static var maximumTextLength: Int { Address.maximumTextLength + 4 }

  /// Parses `address/mask`, or one address. (Python: `ip_network(text)`.)
  ///
  /// The mask is the prefix's length (`/24`); for IPv4 also the netmask (`/255.255.255.0`) or its
  /// opposite (`/0.0.0.255`; all zeros are a netmask). Python reads a prefix length with leading
  /// zeros, and a zone in a network; here both are errors.
  ///
  /// - Parameter text: The text's UTF-8.
  /// - Throws: What is wrong, and at which byte; ``AddressError/Code/hostBitsSet`` if the address
  ///   is not the block's first one.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    let (address, prefixLength) = try CIDRBlock.parts(parsing: text)
    let mask = CIDRBlock.mask(prefixLength)
    guard address.value & mask == address.value else {
      throw AddressError(.hostBitsSet, CIDRBlock.subject, at: 0, limit: prefixLength)
    }
    self.init(unchecked: address.value, prefixLength)
  }

  /// Parses the block that an address with a mask is in. (Python: `ip_network(text, strict=False)`.)
  ///
  /// - Parameter text: As for ``init(parsing:)``, but the address may be any one of the block.
  /// - Throws: What is wrong, and at which byte.
  public init(parsingMember text: Span<UInt8>) throws(AddressError) {
    let (address, prefixLength) = try CIDRBlock.parts(parsing: text)
    self.init(unchecked: address.value & CIDRBlock.mask(prefixLength), prefixLength)
  }

  /// Parses the block that an address with a mask is in; see ``init(parsingMember:)-(Span<UInt8>)``.
  public init(parsingMember text: String) throws(AddressError) {
    try self.init(parsingMember: text.utf8.span)
  }

  private static var subject: String {
    Address.self == IPv4Address.self ? "IPv4 network" : "IPv6 network"
  }

  private static func parts(parsing text: Span<UInt8>) throws(AddressError) -> (Address, Int) {
    guard !text.isEmpty else { throw AddressError(.empty, subject, at: 0) }
    if let percent = text.firstOffset(of: .percent, in: 0..<text.count) {
      throw AddressError(.invalidZone, subject, at: percent)
    }
    return try InterfaceAddress<Address>.parts(parsing: text, subject)
  }

  /// Appends `address/prefixLength`; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    networkAddress.write(into: &output)
    output.append(.slash)
    output.append(decimal: UInt(bitPattern: prefixLength))
  }
}
