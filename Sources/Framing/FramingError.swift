/// What a peer, or a caller of an encoder, did wrong.
///
/// The ``code`` is for programs, the ``message`` for people; the message carries the numbers
/// involved, and never bytes that the peer chose.
public struct FramingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of mistake it was.
  public var code: Code

  /// What happened, for a person: the length, the bound, the offset.
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

  /// The code and the message, as in `frame-too-large: a frame of 9 bytes is over …`.
  public var description: String { "\(code): \(message)" }
}

extension FramingError {
  /// The kinds of mistakes; a struct, so that later versions can add some without breaking callers.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case headTooLarge = "head-too-large"
      case bodyTooLarge = "body-too-large"
      case frameTooLarge = "frame-too-large"
      case lineTooLong = "line-too-long"
      case malformedLength = "malformed-length"
      case malformedHead = "malformed-head"
      case truncated = "truncated"
      case bodyMismatch = "body-mismatch"
      case delimiterInFrame = "delimiter-in-frame"
      case wrongFrameSize = "wrong-frame-size"
    }

    private var kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// The head of a message is longer than its limit.
    public static var headTooLarge: Code { Code(.headTooLarge) }

    /// The body of a message is longer than its limit.
    public static var bodyTooLarge: Code { Code(.bodyTooLarge) }

    /// A frame is longer than its bound, or than its length field can say.
    public static var frameTooLarge: Code { Code(.frameTooLarge) }

    /// A line is longer than its bound.
    public static var lineTooLong: Code { Code(.lineTooLong) }

    /// A length is no length: not a decimal number, or too small for what it measures.
    public static var malformedLength: Code { Code(.malformedLength) }

    /// The head of a message is not the JSON object that it has to be.
    public static var malformedHead: Code { Code(.malformedHead) }

    /// The stream ended inside a message, frame or line.
    public static var truncated: Code { Code(.truncated) }

    /// Encoding: the head announces another body length than the body has.
    public static var bodyMismatch: Code { Code(.bodyMismatch) }

    /// Encoding: a reader would find the delimiter somewhere else than at the frame's end.
    public static var delimiterInFrame: Code { Code(.delimiterInFrame) }

    /// Encoding: the frame does not have the fixed size.
    public static var wrongFrameSize: Code { Code(.wrongFrameSize) }

    /// The code's name, as in `frame-too-large`.
    public var description: String { kind.rawValue }
  }
}
