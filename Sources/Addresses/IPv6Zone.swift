/// The zone of a scoped IPv6 address (RFC 4007 §11): the part behind `%` in `fe80::1%eth0`.
///
/// A link-local address is unique on one link only, and the zone says which: by the name of an
/// interface or by its number. On Linux a name has at most 15 bytes, so a zone is 16 bytes without
/// allocation. The name and the number of one interface are different zones to `==`: only the
/// kernel knows that they are one.
///
/// A zone is read as `getaddrinfo` reads it: what is behind the `%` is the name, to the last byte. The `%25` that
/// stands for `%` in a URI (RFC 6874) is not undone: `fe80::1%25eth0` is on an interface called `25eth0`, and whoever
/// has a URI has to decode it first. There is one difference: a zone of zeros only (`%0`) is an error here.
/// `getaddrinfo` takes it as no zone at all (`sin6_scope_id` is 0 then), so that one address would have two texts and a
/// zone that is none.
@frozen
public struct IPv6Zone: Hashable, Sendable {
  /// The name's bytes from the highest down; zeros fill it.
  @usableFromInline
  let bytes: UInt128

  @inlinable
  init(bytes: UInt128) { self.bytes = bytes }

  /// The zone of an interface's number, as in a `sockaddr_in6`'s `sin6_scope_id`; nil for 0, which
  /// there means no zone.
  public init?(index: UInt32) {
    guard index != 0 else { return nil }
    var bytes: UInt128 = 0
    var rest = index
    while rest > 0 {
      bytes = bytes >> 8 | UInt128(0x30 + rest % 10) << 120
      rest /= 10
    }
    self.bytes = bytes
  }

  /// The zone of an interface's name or of a number's text; nil if no interface on Linux could be
  /// called that.
  ///
  /// Names are 1 to 15 visible ASCII characters, without `/`, `%`, `:`, `[` and `]`; zeros alone are none.
  public init?(_ name: String) {
    let text = name.utf8.span
    guard let zone = try? IPv6Zone(parsing: text, from: 0) else { return nil }
    self = zone
  }

  init(parsing text: Span<UInt8>, from start: Int) throws(AddressError) {
    let end = text.count
    var bytes: UInt128 = 0
    guard (1...IPv6Zone.maximumTextLength).contains(end - start) else { throw .invalidZone(at: start) }
    for offset in start..<end {
      switch text[offset] {
      case .slash, .percent, .colon, .openingBracket, .closingBracket: throw .invalidZone(at: offset)
      case 0x21...0x7E: bytes = bytes << 8 | UInt128(text[offset])
      default: throw .invalidZone(at: offset)
      }
    }
    self.bytes = bytes << (8 * UInt128(16 - (end - start)))
    guard index != 0 else { throw .invalidZone(at: start) }
  }

  /// 15: a Linux interface's name (`IFNAMSIZ` counts its zero byte).
  static var maximumTextLength: Int { 15 }

  /// The interface's number, if the zone is one; a name has to be looked up (`if_nametoindex`).
  public var index: UInt32? {
    var value: UInt64 = 0
    var rest = bytes
    while rest != 0 {
      guard let digit = UInt8(truncatingIfNeeded: rest >> 120).decimalDigit else { return nil }
      value = value * 10 + UInt64(digit)
      rest <<= 8
    }
    return UInt32(exactly: value)
  }

  func write(into output: inout OutputSpan<UInt8>) {
    var rest = bytes
    while rest != 0 {
      output.append(UInt8(truncatingIfNeeded: rest >> 120))
      rest <<= 8
    }
  }
}

extension IPv6Zone: LosslessStringConvertible {
  /// The name or number, without `%`.
  public var description: String {
    String(unsafeUninitializedCapacity: IPv6Zone.maximumTextLength) { buffer in
      var output = OutputSpan(buffer: buffer, initializedCount: 0)
      write(into: &output)
      return output.finalize(for: buffer)
    }
  }
}

extension AddressError {
  static func invalidZone(at offset: Int) -> AddressError {
    AddressError(.invalidZone, "IPv6 address", at: offset)
  }
}
