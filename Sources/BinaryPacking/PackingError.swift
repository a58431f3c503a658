/// Why a format, a list of values or a buffer was refused; the counterpart of Python's `struct.error`.
///
/// The ``code`` is for programs, the ``message`` for people. Messages begin with CPython's wording where it has one,
/// and add what it leaves out: which value, and what it was.
public struct PackingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it was.
  public var code: Code

  /// What happened, for a person: the range, the sizes, the offset, the place in the format.
  public var message: String

  /// Makes an error.
  ///
  /// - Parameters:
  ///   - code: What kind of mistake it was.
  ///   - message: What happened, with the numbers in it.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The code and the message, as in `out-of-range: 'B' format requires 0 <= number <= 255: values[0] is 300`.
  public var description: String { "\(code): \(message)" }
}

extension PackingError {
  /// The kinds of mistakes; a struct, so that later versions can add some without breaking callers.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case invalidFormat = "invalid-format"
      case sizeOverflow = "size-overflow"
      case wrongCount = "wrong-count"
      case wrongType = "wrong-type"
      case outOfRange = "out-of-range"
      case wrongSize = "wrong-size"
      case bufferTooSmall = "buffer-too-small"
    }

    private var kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The format has a character that no code is, or a repeat count without a code.
    public static var invalidFormat: Code { Code(.invalidFormat) }

    /// The format describes more bytes than an `Int` can count.
    public static var sizeOverflow: Code { Code(.sizeOverflow) }

    /// There are more or fewer values (or types, in the typed form) than the format has fields.
    public static var wrongCount: Code { Code(.wrongCount) }

    /// A value is not of the kind that its field takes, as a float for `I`.
    public static var wrongType: Code { Code(.wrongType) }

    /// A number does not fit into its field; or, unpacking, a field's number does not fit into the type asked for.
    public static var outOfRange: Code { Code(.outOfRange) }

    /// The buffer to unpack does not have exactly the format's size, or a multiple of it.
    public static var wrongSize: Code { Code(.wrongSize) }

    /// The buffer ends before the record does, or the offset is outside of it.
    public static var bufferTooSmall: Code { Code(.bufferTooSmall) }

    /// The code's name, as in `out-of-range`.
    public var description: String { kind.rawValue }
  }
}
