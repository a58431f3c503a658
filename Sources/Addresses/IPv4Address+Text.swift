extension IPv4Address {
  /// 15: `255.255.255.255`.
  public static var maximumTextLength: Int { 15 }

  /// Parses four decimal octets with dots between them.
  ///
  /// The forms of `inet_aton` (`127.1`, `0x7f000001`, octal octets) are errors, as they are for
  /// `inet_pton` and Python.
  ///
  /// - Parameter text: The text's UTF-8.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    try self.init(parsing: text, from: 0)
  }

  /// Parses an address that goes from an offset to the end of a text.
  init(parsing text: Span<UInt8>, from start: Int) throws(AddressError) {
    let subject = "IPv4 address"
    let end = text.count
    var offset = start
    guard offset < end else { throw AddressError(.empty, subject, at: offset) }
    var value: UInt32 = 0
    var octets = 0
    while true {
      let octet = try text.decimal(from: &offset, to: end, limit: 255, subject)
      value = value << 8 | UInt32(truncatingIfNeeded: octet)
      octets += 1
      guard offset < end else { break }
      guard text[offset] == .dot else { throw AddressError(.unexpectedCharacter, subject, at: offset) }
      guard octets < 4 else { throw AddressError(.tooManyParts, subject, at: offset, limit: 4) }
      offset += 1
    }
    guard octets == 4 else { throw AddressError(.tooFewParts, subject, at: end, limit: 4) }
    self.init(value)
  }

  /// Appends the address in dotted decimal, at most 15 bytes; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) {
    var shift: UInt32 = 24
    while true {
      output.append(decimal: UInt8(truncatingIfNeeded: value >> shift))
      guard shift > 0 else { return }
      output.append(.dot)
      shift -= 8
    }
  }

  /// The name under which the DNS keeps the name of this address (RFC 1035 §3.5), as in
  /// `1.2.0.192.in-addr.arpa`. (Python: `reverse_pointer`.)
  public var reversePointer: String { "\(IPv4Address(value.byteSwapped)).in-addr.arpa" }
}
