/// Finds the frames in a stream of bytes, as far as it has arrived. It does no input or output.
///
///     bytes as they arrive        events                          whole frames
///     +---+----+------+----+      slice, end, slice | slice, …    +-----+------+
///     | A | BC | DEFG | HI |  ->  ranges of your own buffer,  ->  | BCD | FGHI |
///     +---+----+------+----+      nothing copied                  +-----+------+
///                                 `next(_:from:)`                 `frames(in:)`
///
/// | Frames on the wire                      | Decoder                  | Encoder                  |
/// | --------------------------------------- | ------------------------ | ------------------------ |
/// | `00 00 00 02` `hi`                      | ``LengthFieldDecoder``   | ``LengthFieldEncoder``   |
/// | `0002hi`, `2:hi`                        | ``DecimalLengthDecoder`` | ``DecimalLengthEncoder`` |
/// | `hi\r\n`                                | ``DelimiterDecoder``     | ``DelimiterEncoder``     |
/// | `hi` (both sides know it is two bytes)  | ``FixedSizeDecoder``     | ``FixedSizeEncoder``     |
/// | head length, JSON head, body            | ``MessageDecoder``       | ``MessageEncoder``       |
///
/// (``MessageDecoder`` has events of its own and is no `FrameDecoder`.)
///
/// A decoder never keeps frame bytes by itself; ``frames(in:)`` keeps those of one unfinished frame,
/// as they arrive, up to the decoder's bound. A length over the bound is an error as soon as it is
/// read. After an error a decoder stays failed, since nobody knows where the next frame begins:
/// close the connection.
///
/// ```swift
/// var decoder = DelimiterDecoder(delimiter: .lineFeed, maximumLength: 1_000)
/// for line in try decoder.frames(in: received) { print(String(decoding: line, as: UTF8.self)) }
/// ```
public protocol FrameDecoder: Sendable {
  /// Consumes bytes of the input and returns the next event.
  ///
  /// Call it until it returns nil, then give it the next input, with an offset of 0 again.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - offset: Where to begin in the input, in bytes; moved behind what was consumed. After an
  ///     error its value means nothing.
  /// - Returns: The next event; nil when the input is used up.
  /// - Throws: What is wrong with the stream. The same error again on each further call.
  mutating func next(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent?

  /// Whether the stream may end here. False: all bytes so far end inside a frame.
  var isBetweenFrames: Bool { get }

  /// Checks that the stream may end here; call it at the end of the stream.
  ///
  /// - Throws: ``FramingError/Code/truncated`` inside a frame; the earlier error of a decoder that
  ///   had failed.
  func finish() throws(FramingError)

  /// Where ``frames(in:)`` keeps the frame that is not complete. A decoder only has to store it:
  /// `var partialFrame = PartialFrame()`.
  var partialFrame: PartialFrame { get set }
}

extension FrameDecoder {
  /// Consumes the whole input and appends the frames that it completes.
  ///
  /// An unfinished frame is kept for the next call. Use either this or `next(_:from:)` on one
  /// decoder, not both.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - frames: Where whole frames are appended. At an error it has those in front of the mistake.
  /// - Throws: What is wrong with the stream.
  public mutating func frames(
    in input: RawSpan, into frames: inout [[UInt8]]
  ) throws(FramingError) {
    var offset = 0
    while let event = try next(input, from: &offset) {
      switch event {
      case .slice(let range): partialFrame.bytes.append(range, of: input)
      case .carried(let bytes): partialFrame.bytes += bytes
      case .end: frames.append(partialFrame.take())
      }
    }
  }

  /// Consumes the whole input and returns the frames that it completes.
  ///
  /// An unfinished frame is kept for the next call. Use either this or `next(_:from:)` on one
  /// decoder, not both.
  ///
  /// - Parameter input: Bytes from the stream.
  /// - Returns: Whole frames, maybe none.
  /// - Throws: What is wrong with the stream; good frames in front of the mistake, in the same
  ///   input, are lost. Use ``frames(in:into:)`` to have them.
  public mutating func frames(in input: RawSpan) throws(FramingError) -> [[UInt8]] {
    var frames: [[UInt8]] = []
    try self.frames(in: input, into: &frames)
    return frames
  }

  /// Consumes the whole input and returns the frames that it completes.
  ///
  /// - Parameter input: Bytes from the stream.
  /// - Returns: Whole frames, maybe none.
  /// - Throws: What is wrong with the stream; see ``frames(in:)-(RawSpan)``.
  public mutating func frames(in input: [UInt8]) throws(FramingError) -> [[UInt8]] {
    try frames(in: input.span.bytes)
  }
}
