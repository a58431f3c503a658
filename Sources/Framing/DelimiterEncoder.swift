/// Encoder of lines, or other frames that a delimiter ends; see ``DelimiterDecoder``.
///
/// It refuses a frame that a reader would not get back as it was: text from one person, put into a
/// line unchecked, could otherwise become a second line (CWE-93).
public struct DelimiterEncoder: FrameEncoder {
  private let delimiter: Delimiter

  /// The longest frame accepted, in bytes, without its delimiter.
  public let maximumLength: Int

  /// Makes an encoder.
  ///
  /// - Parameters:
  ///   - delimiter: What ends a frame. One that strips carriage returns is sent without one.
  ///   - maximumLength: The longest frame to accept, in bytes; not negative.
  public init(delimiter: Delimiter, maximumLength: Int = .max) {
    precondition(maximumLength >= 0, "a line cannot have \(maximumLength) bytes")
    self.delimiter = delimiter
    self.maximumLength = maximumLength
  }

  /// Appends one frame and its delimiter.
  ///
  /// - Parameters:
  ///   - frame: The frame's bytes.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: ``FramingError/Code/lineTooLong``, ``FramingError/Code/delimiterInFrame``.
  public func encode(_ frame: RawSpan, into output: inout [UInt8]) throws(FramingError) {
    let count = frame.byteCount
    guard count <= maximumLength else {
      throw FramingError(
        .lineTooLong, "a line of \(count) bytes is over the bound of \(maximumLength)")
    }
    var matched = 0
    if let end = delimiter.end(in: frame, 0..<count, matched: &matched) {
      throw FramingError(
        .delimiterInFrame, "the frame has the delimiter in it, in front of byte \(end)")
    }
    // The frame's end and the delimiter's beginning may make a delimiter too: `a` before `aa`.
    let end = delimiter.end(
      in: delimiter.bytes.span.bytes, 0..<delimiter.bytes.count, matched: &matched)
    guard end == delimiter.bytes.count else {
      throw FramingError(
        .delimiterInFrame, "the last bytes of the frame and the delimiter make an earlier one")
    }
    if delimiter.stripsCarriageReturn, count > 0,
      frame[byte: count - 1] == Delimiter.carriageReturn
    {
      throw FramingError(
        .delimiterInFrame, "the frame ends in a carriage return, which its reader would strip")
    }
    output.append(0..<count, of: frame)
    output.append(contentsOf: delimiter.bytes)
  }
}
