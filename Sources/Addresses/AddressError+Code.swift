extension AddressError {
  /// The kinds of mistakes; a struct, so that later versions can add some without breaking callers.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case empty = "empty"
      case unexpectedCharacter = "unexpected-character"
      case tooFewParts = "too-few-parts"
      case tooManyParts = "too-many-parts"
      case missingDigits = "missing-digits"
      case tooManyDigits = "too-many-digits"
      case leadingZero = "leading-zero"
      case outOfRange = "out-of-range"
      case repeatedCompression = "repeated-compression"
      case invalidZone = "invalid-zone"
      case invalidMask = "invalid-mask"
      case hostBitsSet = "host-bits-set"
      case missingBracket = "missing-bracket"
      case missingPort = "missing-port"
      case invalidLabel = "invalid-label"
      case numericLabel = "numeric-label"
      case tooLong = "too-long"
    }

    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// There is nothing where an address should be.
    public static var empty: Code { Code(.empty) }

    /// A byte that the form does not have at that place.
    public static var unexpectedCharacter: Code { Code(.unexpectedCharacter) }

    /// The text ends before it has all octets or groups.
    public static var tooFewParts: Code { Code(.tooFewParts) }

    /// More octets or groups than the form has; a `::` that stands for none counts.
    public static var tooManyParts: Code { Code(.tooManyParts) }

    /// A number without any digit, as in `1..2.3`.
    public static var missingDigits: Code { Code(.missingDigits) }

    /// A hexadecimal number with more digits than the form has.
    public static var tooManyDigits: Code { Code(.tooManyDigits) }

    /// A decimal number with a zero in front: one reader's octal is another's decimal.
    public static var leadingZero: Code { Code(.leadingZero) }

    /// A number over its limit.
    public static var outOfRange: Code { Code(.outOfRange) }

    /// A second `::`.
    public static var repeatedCompression: Code { Code(.repeatedCompression) }

    /// A zone that no network interface can have, or a zone where none belongs.
    public static var invalidZone: Code { Code(.invalidZone) }

    /// A dotted mask whose ones and zeros are mixed.
    public static var invalidMask: Code { Code(.invalidMask) }

    /// A network whose address has bits behind its prefix.
    public static var hostBitsSet: Code { Code(.hostBitsSet) }

    /// A bracket without its counterpart, or an IPv6 address that needs brackets.
    public static var missingBracket: Code { Code(.missingBracket) }

    /// A host without the port that it needs.
    public static var missingPort: Code { Code(.missingPort) }

    /// A part of a host name that is empty, too long, or begins or ends with a hyphen.
    public static var invalidLabel: Code { Code(.invalidLabel) }

    /// A host name whose last part is a number, which makes it an address to some readers.
    public static var numericLabel: Code { Code(.numericLabel) }

    /// A text over its greatest length.
    public static var tooLong: Code { Code(.tooLong) }

    /// The code's name, as in `out-of-range`.
    public var description: String { kind.rawValue }

    func sentence(limit: Int?) -> String {
      let bound = limit.map { " \($0)" } ?? " its limit"
      return switch kind {
      case .empty: "nothing"
      case .unexpectedCharacter: "a character that does not belong there"
      case .tooFewParts: "fewer than\(bound) parts: it ends"
      case .tooManyParts: "more than\(bound) parts"
      case .missingDigits: "a number without digits"
      case .tooManyDigits: "more than\(bound) digits"
      case .leadingZero: "a number with a leading zero"
      case .outOfRange: "a number over\(bound)"
      case .repeatedCompression: "a second \"::\""
      case .invalidZone: "a zone that is no interface's name (1 to 15 visible ASCII characters) or number from 1 up"
      case .invalidMask: "a mask that is neither ones and then zeros nor the opposite"
      case .hostBitsSet: "bits are set behind the prefix of\(bound)"
      case .missingBracket: "an IPv6 address with a port is written as in \"[::1]:80\""
      case .missingPort: "a port is missing behind the host"
      case .invalidLabel: "a label of 1 to 63 letters, digits and inner hyphens is missing"
      case .numericLabel: "a name that ends in a number, but no address"
      case .tooLong: "over\(bound) bytes"
      }
    }
  }
}
