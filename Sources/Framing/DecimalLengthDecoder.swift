/// Decoder of frames behind a length in decimal text: `12:` or `0012`, then that many bytes.
///
/// ```swift
/// var decoder = DecimalLengthDecoder(
///   form: .terminated(by: UInt8(ascii: ":")), maximumLength: 9_999)
/// let frames = try decoder.frames(in: Array("2:hi0:".utf8))  // "hi" and an empty one
/// ```
///
/// The length counts bytes, not characters. No signs, blanks or other digits than 0 to 9 are
/// accepted: what two readers could take for different numbers is an error.
public struct DecimalLengthDecoder: FrameDecoder {
  private enum State {
    case length(DecimalLength)
    case frame(Countdown)
  }

  private var state = State.length(DecimalLength())
  /// Not a state: without a reference in it, the state is copied as plain bytes.
  private var failure: FramingError?
  private let form: DecimalLengthForm

  /// The longest frame accepted, in bytes.
  public let maximumLength: Int

  /// Storage for ``FrameDecoder/frames(in:into:)``.
  public var partialFrame = PartialFrame()

  /// Makes a decoder at the beginning of a stream.
  ///
  /// - Parameters:
  ///   - form: How the length is written.
  ///   - maximumLength: The longest frame to accept, in bytes; not negative.
  public init(form: DecimalLengthForm, maximumLength: Int) {
    precondition(maximumLength >= 0, "a frame cannot have \(maximumLength) bytes")
    self.form = form
    self.maximumLength = maximumLength
  }

  /// Consumes bytes of the input and returns the next event; see ``FrameDecoder/next(_:from:)``.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - offset: Where to begin in the input, in bytes; moved behind what was consumed.
  /// - Returns: The next event; nil when the input is used up.
  /// - Throws: ``FramingError/Code/malformedLength`` at a byte that no length has there;
  ///   ``FramingError/Code/frameTooLarge`` at the first digit too many.
  public mutating func next(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent? {
    if let failure { throw failure }
    while true {
      switch state {
      case .length(let length):
        guard let value = try take(length, input, from: &offset) else { return nil }
        state = .frame(Countdown(value))
      case .frame(var frame):
        if frame.remaining == 0 {
          state = .length(DecimalLength())
          return .end
        }
        let slice = frame.take(input, from: &offset)
        state = .frame(frame)
        return slice.map { .slice($0) }
      }
    }
  }

  private mutating func take(
    _ length: DecimalLength, _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> Int? {
    var length = length
    do {
      let value = try length.take(input, from: &offset, form: form, bound: maximumLength)
      state = .length(length)
      return value
    } catch {
      failure = error
      throw error
    }
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
        .truncated, "the stream ended after \(length.received) digits of a length")
    case .frame(let frame) where frame.remaining > 0:
      throw .truncated(frame)
    default:
      break
    }
  }
}
