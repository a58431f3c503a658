/// Encoder of frames that all have the same size: it only checks that they do.
public struct FixedSizeEncoder: FrameEncoder {
  /// The size of each frame, in bytes.
  public let size: Int

  /// Makes an encoder.
  ///
  /// - Parameter size: The size of each frame, in bytes; at least 1.
  public init(size: Int) {
    precondition(size > 0, "a fixed size of \(size) bytes is not a frame")
    self.size = size
  }

  /// Appends one frame as it is.
  ///
  /// - Parameters:
  ///   - frame: The frame's bytes.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: ``FramingError/Code/wrongFrameSize``.
  public func encode(_ frame: RawSpan, into output: inout [UInt8]) throws(FramingError) {
    guard frame.byteCount == size else {
      throw FramingError(
        .wrongFrameSize, "a frame of \(frame.byteCount) bytes where each has \(size)")
    }
    output.append(0..<size, of: frame)
  }
}
