/// A host, by an address or by a name that a resolver turns into addresses.
public enum Host: AddressText {
  /// An address.
  case address(IPAddress)
  /// A name.
  case name(HostName)

  /// The length of a name.
  public static var maximumTextLength: Int { HostName.maximumTextLength }

  /// Parses an address of either family, or a name.
  ///
  /// With a colon it is IPv6; of digits and dots only, IPv4; else a name.
  ///
  /// - Parameter text: The text's UTF-8; IPv6 without brackets. Nothing is allocated for an address.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    guard !text.isEmpty else { throw AddressError(.empty, "host", at: 0) }
    if text.firstOffset(of: .colon, in: 0..<text.count) != nil {
      self = .address(.ipv6(try IPv6Address(parsing: text)))
    } else if Host.isNumeric(text) {
      self = .address(.ipv4(try IPv4Address(parsing: text)))
    } else {
      self = .name(try HostName(parsing: text))
    }
  }

  private static func isNumeric(_ text: Span<UInt8>) -> Bool {
    for offset in text.indices where text[offset] != .dot && text[offset].decimalDigit == nil { return false }
    return true
  }

  /// Appends the address or name, without brackets; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    switch self {
    case .address(let address): address.write(into: &output)
    case .name(let name): name.write(into: &output)
    }
  }
}
