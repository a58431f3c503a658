/// Writes frames in the form that the ``FrameDecoder`` of the same name reads.
public protocol FrameEncoder: Sendable {
  /// Appends one frame with what marks its borders.
  ///
  /// - Parameters:
  ///   - frame: The frame's bytes.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: When a reader with the same settings would not read back this frame.
  func encode(_ frame: RawSpan, into output: inout [UInt8]) throws(FramingError)
}

extension FrameEncoder {
  /// Appends one frame with what marks its borders.
  ///
  /// - Parameters:
  ///   - frame: The frame's bytes.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: When a reader with the same settings would not read back this frame.
  public func encode(_ frame: [UInt8], into output: inout [UInt8]) throws(FramingError) {
    try encode(frame.span.bytes, into: &output)
  }

  /// Returns one frame with what marks its borders.
  ///
  /// - Parameter frame: The frame's bytes.
  /// - Returns: The bytes to send.
  /// - Throws: When a reader with the same settings would not read back this frame.
  public func encode(_ frame: [UInt8]) throws(FramingError) -> [UInt8] {
    var output: [UInt8] = []
    try encode(frame.span.bytes, into: &output)
    return output
  }
}
