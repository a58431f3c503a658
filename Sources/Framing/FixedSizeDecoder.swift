/// Decoder of frames that all have the same size. Empty frames do not exist.
///
/// ```swift
/// var decoder = FixedSizeDecoder(size: 2)
/// let frames = try decoder.frames(in: [1, 2, 3, 4])  // [[1, 2], [3, 4]]
/// ```
public struct FixedSizeDecoder: FrameDecoder {
  private var frame: Countdown

  /// The size of each frame, in bytes.
  public var size: Int { frame.total }

  /// Storage for ``FrameDecoder/frames(in:into:)``.
  public var partialFrame = PartialFrame()

  /// Makes a decoder at the beginning of a stream.
  ///
  /// - Parameter size: The size of each frame, in bytes; at least 1.
  public init(size: Int) {
    precondition(size > 0, "a fixed size of \(size) bytes would never use up its input")
    frame = Countdown(size)
  }

  /// Consumes bytes of the input and returns the next event; see ``FrameDecoder/next(_:from:)``.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - offset: Where to begin in the input, in bytes; moved behind what was consumed.
  /// - Returns: The next event; nil when the input is used up.
  /// - Throws: Never: any bytes are frames.
  public mutating func next(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent? {
    if frame.remaining == 0 {
      frame = Countdown(size)
      return .end
    }
    return frame.take(input, from: &offset).map { .slice($0) }
  }

  /// Whether the stream may end here.
  public var isBetweenFrames: Bool { frame.remaining == size || frame.remaining == 0 }

  /// Checks that the stream may end here; throws ``FramingError/Code/truncated`` inside a frame.
  public func finish() throws(FramingError) {
    guard isBetweenFrames else { throw .truncated(frame) }
  }
}
