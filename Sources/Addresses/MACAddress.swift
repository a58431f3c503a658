/// The address of a network interface on its link: an EUI-48 of IEEE 802.
///
/// ```swift
/// let card = try MACAddress(parsing: "00-00-5E-00-53-01")
/// print(card)  // 00:00:5e:00:53:01
/// ```
@frozen
public struct MACAddress: AddressText, Comparable {
  /// The 48 bits as a number; the first octet is the highest.
  public let value: UInt64

  /// Makes an address from its number; nil if it has more than 48 bits.
  @inlinable
  public init?(_ value: UInt64) {
    guard value >> 48 == 0 else { return nil }
    self.value = value
  }

  /// Makes an address from its octets in the order in which they are written; nil unless there are
  /// six.
  public init?(octets: Span<UInt8>) {
    guard octets.count == 6 else { return nil }
    var value: UInt64 = 0
    for index in octets.indices { value = value << 8 | UInt64(octets[index]) }
    self.value = value
  }

  /// The octets in the order in which they are written.
  public var octets: [6 of UInt8] {
    InlineArray { UInt8(truncatingIfNeeded: value >> (40 - 8 * UInt64($0))) }
  }

  /// ff:ff:ff:ff:ff:ff: all interfaces on the link.
  public static var broadcast: MACAddress { MACAddress(unchecked: 0xFFFF_FFFF_FFFF) }

  /// Whether the address is a group of interfaces (the lowest bit of the first octet), broadcast
  /// among them.
  public var isMulticast: Bool { value >> 40 & 1 == 1 }

  /// Whether the address was given by somebody here, not by the maker (the second lowest bit of the
  /// first octet): of virtual machines, containers, and telephones that hide their own.
  public var isLocallyAdministered: Bool { value >> 41 & 1 == 1 }

  /// Whether the address is ff:ff:ff:ff:ff:ff.
  public var isBroadcast: Bool { self == .broadcast }

  /// The order of the numbers.
  @inlinable
  public static func < (left: MACAddress, right: MACAddress) -> Bool { left.value < right.value }

  init(unchecked value: UInt64) { self.value = value }
}

extension MACAddress {
  /// 17: six octets of two digits, and five colons.
  public static var maximumTextLength: Int { 17 }

  /// Parses twelve hexadecimal digits of either case in one of the four usual forms:
  /// `00:00:5e:00:53:01`, `00-00-5e-00-53-01`, `0000.5e00.5301`, `00005e005301`.
  ///
  /// - Parameter text: The text's UTF-8.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    let subject = "MAC address"
    guard !text.isEmpty else { throw AddressError(.empty, subject, at: 0) }
    // How the first separator comes decides how all others do.
    let separator: UInt8?
    let groupLength: Int
    switch text.count > 2 ? text[2] : 0 {
    case .colon: (separator, groupLength) = (.colon, 2)
    case .hyphen: (separator, groupLength) = (.hyphen, 2)
    default: (separator, groupLength) = text.count > 4 && text[4] == .dot ? (.dot, 4) : (nil, 12)
    }
    var value: UInt64 = 0
    var digits = 0
    var offset = 0
    while offset < text.count {
      guard digits < 12 else { throw AddressError(.tooManyDigits, subject, at: offset, limit: 12) }
      if let separator, digits > 0, digits % groupLength == 0 {
        guard text[offset] == separator else { throw AddressError(.unexpectedCharacter, subject, at: offset) }
        offset += 1
        guard offset < text.count else { break }
      }
      guard let digit = text[offset].hexDigit else {
        throw AddressError(.unexpectedCharacter, subject, at: offset)
      }
      value = value << 4 | UInt64(digit)
      digits += 1
      offset += 1
    }
    guard digits == 12 else { throw AddressError(.tooFewParts, subject, at: offset, limit: 6) }
    self.init(unchecked: value)
  }

  /// Appends the address in small letters with colons, 17 bytes; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    var shift: UInt64 = 40
    while true {
      output.append(hex: UInt16(value >> shift & 0xFF), digits: 2)
      guard shift > 0 else { return }
      output.append(.colon)
      shift -= 8
    }
  }
}
