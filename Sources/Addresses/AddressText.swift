/// A value with a textual form: how each type of this library is parsed and printed.
///
/// Parsing is exact: the whole text has to be the value, there is no white space to skip, and what
/// two readers could take for different values is an error. Printing gives the canonical form, and
/// parsing that gives the same value.
public protocol AddressText: LosslessStringConvertible, Hashable, Sendable, Codable {
  /// The greatest number of bytes that ``write(into:)`` appends.
  static var maximumTextLength: Int { get }

  /// Parses a value.
  ///
  /// - Parameter text: The text's UTF-8; nothing is copied from it or allocated, unless the type
  ///   says so.
  /// - Throws: What is wrong, and at which byte.
  init(parsing text: Span<UInt8>) throws(AddressError)

  /// Appends the canonical text, without allocation.
  ///
  /// - Parameter output: Where to append; traps if it has no room. ``maximumTextLength`` bytes are
  ///   always enough.
  func write(into output: inout OutputSpan<UInt8>)
}

extension AddressText {
  /// Parses a value; see ``init(parsing:)-swift.init``.
  ///
  /// - Throws: What is wrong, and at which byte.
  @inlinable
  public init(parsing text: String) throws(AddressError) {
    try self.init(parsing: text.utf8.span)
  }

  /// Parses a value that is a part of a larger text.
  ///
  /// - Throws: What is wrong, and at which byte of the part.
  @inlinable
  public init(parsing text: Substring) throws(AddressError) {
    try self.init(parsing: text.utf8.span)
  }

  /// Parses a value; nil if the text is none. ``init(parsing:)-(String)`` says what is wrong.
  @inlinable
  public init?(_ description: String) {
    do throws(AddressError) {
      try self.init(parsing: description.utf8.span)
    } catch {
      return nil
    }
  }

  /// The canonical text.
  public var description: String {
    String(unsafeUninitializedCapacity: Self.maximumTextLength) { buffer in
      var output = OutputSpan(buffer: buffer, initializedCount: 0)
      write(into: &output)
      return output.finalize(for: buffer)
    }
  }
}

extension AddressText {
  /// Decodes the text, as in a JSON string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    do {
      try self.init(parsing: text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.explanation(of: text))
    }
  }

  /// Encodes the canonical text.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
