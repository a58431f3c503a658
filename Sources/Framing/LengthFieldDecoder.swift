/// Decoder of frames behind a binary length: `length | that many bytes`.
///
/// ```swift
/// var decoder = LengthFieldDecoder(width: .two, maximumLength: 512)
/// let frames = try decoder.frames(in: [0, 2, 0x68, 0x69])  // [[0x68, 0x69]]
/// ```
///
/// The length counts the bytes behind it, not itself. It is taken as unsigned, and compared with
/// the bound before any byte of the frame is looked at, so a peer's `FF FF FF FF` costs nothing.
public struct LengthFieldDecoder: FrameDecoder {
  private enum State {
    case length(BinaryLength)
    case frame(Countdown)
  }

  private var state = State.length(BinaryLength())
  /// Not a state: without a reference in it, the state is copied as plain bytes.
  private var failure: FramingError?
  private let width: LengthFieldWidth
  private let byteOrder: ByteOrder

  /// The longest frame accepted, in bytes.
  public let maximumLength: Int

  /// Storage for ``FrameDecoder/frames(in:into:)``.
  public var partialFrame = PartialFrame()

  /// Makes a decoder at the beginning of a stream.
  ///
  /// - Parameters:
  ///   - width: How many bytes the length has.
  ///   - byteOrder: Which byte of the length comes first.
  ///   - maximumLength: The longest frame to accept, in bytes; not negative.
  public init(width: LengthFieldWidth, byteOrder: ByteOrder = .bigEndian, maximumLength: Int) {
    precondition(maximumLength >= 0, "a frame cannot have \(maximumLength) bytes")
    self.width = width
    self.byteOrder = byteOrder
    self.maximumLength = maximumLength
  }

  /// Consumes bytes of the input and returns the next event; see ``FrameDecoder/next(_:from:)``.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - offset: Where to begin in the input, in bytes; moved behind what was consumed.
  /// - Returns: The next event; nil when the input is used up.
  /// - Throws: ``FramingError/Code/frameTooLarge``, with the length's last byte.
  public mutating func next(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent? {
    if let failure { throw failure }
    while true {
      switch state {
      case .length(var length):
        let value = length.take(
          input, from: &offset, width: width.rawValue, byteOrder: byteOrder)
        guard let value else {
          state = .length(length)
          return nil
        }
        guard value <= UInt64(maximumLength) else { throw fail(value) }
        state = .frame(Countdown(Int(value)))
      case .frame(var frame):
        if frame.remaining == 0 {
          state = .length(BinaryLength())
          return .end
        }
        let slice = frame.take(input, from: &offset)
        state = .frame(frame)
        return slice.map { .slice($0) }
      }
    }
  }

  private mutating func fail(_ length: UInt64) -> FramingError {
    let error = FramingError(
      .frameTooLarge, "a frame of \(length) bytes is over the bound of \(maximumLength)")
    failure = error
    return error
  }

  /// Whether the stream may end here.
  public var isBetweenFrames: Bool {
    guard failure == nil else { return false }
    return switch state {
    case .length(let length): length.received == 0
    case .frame(let frame): frame.remaining == 0
    }
  }

  /// Checks that the stream may end here; throws ``FramingError/Code/truncated`` inside a frame.
  public func finish() throws(FramingError) {
    if let failure { throw failure }
    switch state {
    case .length(let length) where length.received > 0:
      throw FramingError(
        .truncated,
        "the stream ended after \(length.received) of \(width.rawValue) bytes of a length")
    case .frame(let frame) where frame.remaining > 0:
      throw .truncated(frame)
    default:
      break
    }
  }
}
