/// The number of a TCP or UDP port, 0 to 65535.
///
/// ```swift
/// let port: Port = 8080
/// let given = try Port(parsing: "443")
/// ```
@frozen
public struct Port: AddressText, Comparable, RawRepresentable, ExpressibleByIntegerLiteral {
  /// The number in the host's byte order.
  public let rawValue: UInt16

  /// Makes a port from its number.
  @inlinable
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// Makes a port from its number.
  @inlinable
  public init(_ number: UInt16) { rawValue = number }

  /// Makes a port from its number; one over 65535 does not compile.
  @inlinable
  public init(integerLiteral number: UInt16) { rawValue = number }

  /// Port 0: where one binds, the kernel chooses a free one.
  @inlinable
  public static var any: Port { Port(0) }

  /// The order of the numbers.
  @inlinable
  public static func < (left: Port, right: Port) -> Bool { left.rawValue < right.rawValue }
}

extension Port {
  /// 5: `65535`.
  public static var maximumTextLength: Int { 5 }

  /// Parses a decimal number without leading zeros; not the name of a service.
  ///
  /// - Parameter text: The text's UTF-8.
  /// - Throws: What is wrong, and at which byte.
  public init(parsing text: Span<UInt8>) throws(AddressError) {
    let subject = "port"
    guard !text.isEmpty else { throw AddressError(.empty, subject, at: 0) }
    var offset = 0
    let number = try text.decimal(from: &offset, to: text.count, limit: 65535, subject)
    guard offset == text.count else { throw AddressError(.unexpectedCharacter, subject, at: offset) }
    self.init(UInt16(truncatingIfNeeded: number))
  }

  /// Appends the decimal number, at most 5 bytes; see ``AddressText/write(into:)``.
  public func write(into output: inout OutputSpan<UInt8>) { output.append(decimal: rawValue) }
}
