/// An address of a network interface and the network that it is on: `192.0.2.7/24`.
///
/// (Python: `ipaddress.IPv4Interface` and `IPv6Interface`.)
@frozen
public struct InterfaceAddress<Address: IPAddressProtocol>: AddressText, Comparable {
  /// The interface's own address.
  public let address: Address

  /// How many bits it has in common with all addresses of its network.
  public let prefixLength: Int

  /// Makes an interface's address; nil if addresses have no so many bits as the prefix.
  public init?(_ address: Address, prefixLength: Int) {
    guard (0...Address.Value.bitWidth).contains(prefixLength) else { return nil }
    self.address = address
    self.prefixLength = prefixLength
  }

  /// The network that the interface is on.
  public var network: CIDRBlock<Address> {
    CIDRBlock(unchecked: address.value & CIDRBlock<Address>.mask(prefixLength), prefixLength)
  }

  /// The order of the networks; in one network, that of the addresses.
  public static func < (left: InterfaceAddress, right: InterfaceAddress) -> Bool {
    left.network == right.network ? left.address < right.address : left.network < right.network
  }
}

extension InterfaceAddress {
  /// An address, `/`, and up to three digits.
  public static var maximumTextLength: Int { Address.maximumTextLength + 4 }

  /// Parses `address/mask`; without a mask, the network is the address alone.
  ///
  /// - Parameter text: The text's UTF-8; masks as for ``CIDRBlock/init(parsing:)``.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    (address, prefixLength) = try InterfaceAddress.parts(parsing: text, "interface address")
  }

  static func parts(
    parsing text: Span<UInt8>, _ subject: String
  ) throws(AddressError) -> (Address, Int) {
    guard let slash = text.firstOffset(of: .slash, in: 0..<text.count) else {
      return (try Address(parsing: text), Address.Value.bitWidth)
    }
    let address = try Address(parsing: text.extracting(0..<slash))
    return (address, try prefixLength(parsing: text, from: slash + 1, subject))
  }

  private static func prefixLength(
    parsing text: Span<UInt8>, from start: Int, _ subject: String
  ) throws(AddressError) -> Int {
    let isIPv4 = Address.self == IPv4Address.self
    if isIPv4, text.firstOffset(of: .dot, in: start..<text.count) != nil {
      return try prefixLength(of: IPv4Address(parsing: text, from: start), at: start, subject)
    }
    var offset = start
    let length = try text.decimal(from: &offset, to: text.count, limit: Address.Value.bitWidth, subject)
    guard offset == text.count else { throw AddressError(.unexpectedCharacter, subject, at: offset) }
    return length
  }

  /// The prefix length of a netmask, or of its opposite.
  private static func prefixLength(
    of mask: IPv4Address, at offset: Int, _ subject: String
  ) throws(AddressError) -> Int {
    if let length = prefixLength(ofNetmask: mask.value) ?? prefixLength(ofNetmask: ~mask.value) { return length }
    throw AddressError(.invalidMask, subject, at: offset)
  }

  private static func prefixLength(ofNetmask mask: UInt32) -> Int? {
    let length = (~mask).leadingZeroBitCount
    return mask == IPv4Network.mask(length) ? length : nil
  }

  /// Appends `address/prefixLength`; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    address.write(into: &output)
    output.append(.slash)
    output.append(decimal: UInt(bitPattern: prefixLength))
  }
}
