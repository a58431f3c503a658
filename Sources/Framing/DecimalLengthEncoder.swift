/// Encoder of frames behind a length in decimal text; see ``DecimalLengthDecoder``.
public struct DecimalLengthEncoder: FrameEncoder {
  private let form: DecimalLengthForm

  /// The longest frame accepted, in bytes.
  public let maximumLength: Int

  /// Makes an encoder.
  ///
  /// - Parameters:
  ///   - form: How the length is written.
  ///   - maximumLength: The longest frame to accept, in bytes; not negative. A frame whose length
  ///     does not fit into a fixed number of digits is refused in any case.
  public init(form: DecimalLengthForm, maximumLength: Int = .max) {
    precondition(maximumLength >= 0, "a frame cannot have \(maximumLength) bytes")
    self.form = form
    self.maximumLength = maximumLength
  }

  /// Appends the length only, for a frame that is sent from elsewhere (a file, say).
  ///
  /// - Parameters:
  ///   - length: How many bytes will follow; not negative.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: ``FramingError/Code/frameTooLarge``.
  public func prefix(length: Int, into output: inout [UInt8]) throws(FramingError) {
    precondition(length >= 0, "a frame cannot have \(length) bytes")
    guard length <= maximumLength else {
      throw FramingError(
        .frameTooLarge, "a frame of \(length) bytes is over the bound of \(maximumLength)")
    }
    let digits = String(length).utf8
    switch form.kind {
    case .fixed(let count):
      guard digits.count <= count else {
        throw FramingError(
          .frameTooLarge, "a frame of \(length) bytes does not fit into \(count) digits")
      }
      output.append(contentsOf: repeatElement(0x30, count: count - digits.count))
      output.append(contentsOf: digits)
    case .terminated(let byte):
      output.append(contentsOf: digits)
      output.append(byte)
    }
  }

  /// Appends one frame and its length.
  ///
  /// - Parameters:
  ///   - frame: The frame's bytes.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: ``FramingError/Code/frameTooLarge``.
  public func encode(_ frame: RawSpan, into output: inout [UInt8]) throws(FramingError) {
    try prefix(length: frame.byteCount, into: &output)
    output.append(0..<frame.byteCount, of: frame)
  }
}
