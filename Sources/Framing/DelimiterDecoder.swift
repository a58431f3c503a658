/// Decoder of lines, or other frames that a delimiter ends. (Python: `makefile().readline`.)
///
/// ```swift
/// var decoder = DelimiterDecoder(delimiter: .carriageReturnLineFeed, maximumLength: 510)
/// let lines = try decoder.frames(in: Array("NICK ada\r\nUSER".utf8))  // "NICK ada"; "USER" waits
/// ```
///
/// The delimiter is not part of the frame. What stands behind the last delimiter is no frame: at
/// the end of the stream it makes ``finish()`` throw.
public struct DelimiterDecoder: FrameDecoder {
  private let delimiter: Delimiter

  /// The longest frame accepted, in bytes, without its delimiter (and without a stripped `\r`).
  public let maximumLength: Int

  /// Storage for ``FrameDecoder/frames(in:into:)``.
  public var partialFrame = PartialFrame()

  /// Bytes of this frame that were handed on.
  private var delivered = 0
  /// Held back from earlier inputs: a `\r` that may have to be stripped,
  private var holdsCarriageReturn = false
  /// and behind it so many bytes of the delimiter.
  private var matched = 0
  /// The last slice of a frame was handed on, its end was not.
  private var owesEnd = false
  private var failure: FramingError?

  /// Makes a decoder at the beginning of a stream.
  ///
  /// - Parameters:
  ///   - delimiter: What ends a frame.
  ///   - maximumLength: The longest frame to accept, in bytes, without its delimiter; not negative.
  public init(delimiter: Delimiter, maximumLength: Int) {
    precondition(maximumLength >= 0, "a line cannot have \(maximumLength) bytes")
    self.delimiter = delimiter
    self.maximumLength = maximumLength
  }

  /// Consumes bytes of the input and returns the next event; see ``FrameDecoder/next(_:from:)``.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - offset: Where to begin in the input, in bytes; moved behind what was consumed.
  /// - Returns: The next event; nil when the input is used up.
  /// - Throws: ``FramingError/Code/lineTooLong``, at the latest one delimiter's length behind the
  ///   bound.
  public mutating func next(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent? {
    if let failure { throw failure }
    if owesEnd {
      owesEnd = false
      return .end
    }
    guard offset < input.byteCount else { return nil }
    if matched > 0 || holdsCarriageReturn { return try continueMatch(input, from: &offset) }
    return try scan(input, from: &offset)
  }

  /// Nothing is held back: all bytes in question are in this input.
  private mutating func scan(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent? {
    let start = offset
    let allowed = maximumLength - delivered
    // A frame within its bound ends, delimiter and all, within `allowed + ending` bytes: a longer
    // input need not be searched.
    let ending = delimiter.bytes.count + (delimiter.stripsCarriageReturn ? 1 : 0)
    let isOverlong = input.byteCount - start - ending > allowed
    let limit = isOverlong ? start + allowed + ending : input.byteCount

    let end = delimiter.end(in: input, start..<limit, matched: &matched)
    if end == nil, isOverlong { throw fail() }
    var contentEnd = end.map { $0 - delimiter.bytes.count } ?? (limit - matched)
    if delimiter.stripsCarriageReturn, contentEnd > start,
      input[byte: contentEnd - 1] == Delimiter.carriageReturn
    {
      contentEnd -= 1
      holdsCarriageReturn = true
    }
    guard contentEnd - start <= allowed else { throw fail() }

    offset = end ?? limit
    delivered += contentEnd - start
    if end != nil {
      endFrame()
      if contentEnd == start { return .end }
      owesEnd = true
    }
    return contentEnd == start ? nil : .slice(start..<contentEnd)
  }

  /// Bytes of earlier inputs are held back: they become a delimiter, or are handed on as a copy.
  private mutating func continueMatch(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> FrameEvent? {
    let start = offset
    while offset < input.byteCount {
      guard input[byte: offset] == delimiter.bytes[matched] else {
        return .carried(try release(consumed: offset - start, &offset))
      }
      matched += 1
      offset += 1
      if matched == delimiter.bytes.count {
        endFrame()
        return .end
      }
    }
    return nil
  }

  /// Gives up on the match that was held back, keeping what may still be the beginning of one.
  private mutating func release(
    consumed: Int, _ offset: inout Int
  ) throws(FramingError) -> [UInt8] {
    let kept = delimiter.remaining(ofMatched: matched)
    var released = holdsCarriageReturn ? [Delimiter.carriageReturn] : []
    released += delimiter.bytes[..<(matched - kept)]
    // What is kept has no `\r` in front: delimiters that strip one contain none.
    holdsCarriageReturn = false
    if kept <= consumed {
      // It is all in this input: look at it again there, and no more copies are needed.
      offset -= kept
      matched = 0
    } else {
      matched = kept
    }
    delivered += released.count
    guard delivered <= maximumLength else { throw fail() }
    return released
  }

  private mutating func endFrame() {
    delivered = 0
    matched = 0
    holdsCarriageReturn = false
  }

  private mutating func fail() -> FramingError {
    let error = FramingError(
      .lineTooLong, "a line is longer than its bound of \(maximumLength) bytes")
    failure = error
    return error
  }

  /// Whether the stream may end here.
  public var isBetweenFrames: Bool {
    failure == nil && delivered == 0 && matched == 0 && !holdsCarriageReturn
  }

  /// Checks that the stream may end here; throws ``FramingError/Code/truncated`` inside a frame.
  public func finish() throws(FramingError) {
    if let failure { throw failure }
    guard isBetweenFrames else {
      let count = delivered + matched + (holdsCarriageReturn ? 1 : 0)
      throw FramingError(
        .truncated, "the stream ended after \(count) bytes of a line, without its delimiter")
    }
  }
}
