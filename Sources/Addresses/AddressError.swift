/// What is wrong with a text that should have been an address, and where.
///
/// The error holds no part of the text and allocates nothing, so that trying one form after another
/// is cheap. For a message to a person, add the text with ``explanation(of:)``:
///
/// ```swift
/// let text = "10.0.300.1"
/// do {
///   _ = try IPv4Address(parsing: text)
/// } catch {
///   print(error.explanation(of: text))
///   // "10.0.300.1" is no IPv4 address: a number over 255 at offset 5
/// }
/// ```
public struct AddressError: Error, Hashable, Sendable {
  /// What kind of mistake it is.
  public let code: Code

  /// What the text should have been, as in `IPv4 address`.
  ///
  /// The innermost form that failed: an IPv4 address, where one ends an IPv6 address.
  public let subject: String

  /// Where the mistake begins, in bytes from the beginning of the text. At a text that ends too
  /// early it is the text's length.
  public let offset: Int

  /// The bound that was crossed, for codes that have one.
  public let limit: Int?

  init(_ code: Code, _ subject: String, at offset: Int, limit: Int? = nil) {
    self.code = code
    self.subject = subject
    self.offset = offset
    self.limit = limit
  }

  /// The same error of a text that begins earlier.
  func shifted(by distance: Int) -> AddressError {
    AddressError(code, subject, at: offset + distance, limit: limit)
  }
}

extension AddressError: CustomStringConvertible {
  /// What is wrong and where, without the text, as in `a number over 255 at offset 5`.
  public var reason: String {
    "\(code.sentence(limit: limit)) at offset \(offset)"
  }

  /// The form, and what is wrong, as in `IPv4 address: a number over 255 at offset 5`.
  public var description: String { "\(subject): \(reason)" }

  /// A sentence for a person, with the text in it.
  ///
  /// - Parameter text: The text that was parsed. It may come from anywhere: control characters are
  ///   escaped, and of a long text only the first 80 bytes are shown.
  public func explanation(of text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
      guard shown.utf8.count < 80 else {
        shown += "…"
        break
      }
      // `escaped` leaves letters, marks and symbols of all scripts alone, and escapes what would move the cursor.
      shown += scalar.escaped(asASCII: scalar.value < 0xA0 || scalar.properties.isDefaultIgnorableCodePoint)
    }
    return "\"\(shown)\" is no \(subject): \(reason)"
  }
}
