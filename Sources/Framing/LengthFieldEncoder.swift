/// Encoder of frames behind a binary length; see ``LengthFieldDecoder``.
public struct LengthFieldEncoder: FrameEncoder {
  private let width: LengthFieldWidth
  private let byteOrder: ByteOrder

  /// The longest frame accepted, in bytes.
  public let maximumLength: Int

  /// Makes an encoder.
  ///
  /// - Parameters:
  ///   - width: How many bytes the length has.
  ///   - byteOrder: Which byte of the length comes first.
  ///   - maximumLength: The longest frame to accept, in bytes; not negative. A frame whose length
  ///     does not fit into the width is refused in any case.
  public init(
    width: LengthFieldWidth, byteOrder: ByteOrder = .bigEndian, maximumLength: Int = .max
  ) {
    precondition(maximumLength >= 0, "a frame cannot have \(maximumLength) bytes")
    self.width = width
    self.byteOrder = byteOrder
    self.maximumLength = Int(min(UInt64(maximumLength), width.maximum))
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
    BinaryLength.append(
      UInt64(length), width: width.rawValue, byteOrder: byteOrder, to: &output)
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
