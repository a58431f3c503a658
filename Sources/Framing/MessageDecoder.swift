/// Decoder of messages of the line protocol: `UInt32LE length of the head | head | body`.
///
///     +---------+----------------------+----------------+---------+------ - -
///     | H (LE)  | {"op":"put","body":5}| 5 bytes        | H (LE)  | {"op":
///     +---------+----------------------+----------------+---------+------ - -
///       4 bytes   H bytes of JSON        .body slices     the next message
///                 .head                  .end
///
/// The head is one JSON object (RFC 8259) in UTF-8, and its member `body` says how many bytes
/// follow it; see docs/PROTOCOL.md section 2.
///
/// What a peer can do: make the decoder keep one head that is not complete, in memory that grows
/// with what has arrived and never beyond ``Limits/head`` bytes. Lengths over their limits are
/// refused as soon as they are known. Bodies are never kept. After an error the decoder stays
/// failed: where the next message begins is not known.
///
/// ```swift
/// var decoder = MessageDecoder(limits: .init(head: 4_096, body: 0))
/// var offset = 0
/// while let event = try decoder.next(input.span.bytes, from: &offset) {
///   switch event {
///   case .head(let head, let bodyLength): begin(head, expecting: bodyLength)
///   case .body(let range): write(input[range])
///   case .end: finishMessage()
///   }
/// }
/// ```
public struct MessageDecoder: Sendable {
  private enum State {
    case length(BinaryLength)
    case head(length: Int)
    case body(Countdown)
  }

  private var state = State.length(BinaryLength())
  /// Not a state: without a reference in it, the state is copied as plain bytes.
  private var failure: FramingError?

  /// The beginning of a head that came in pieces.
  private var partialHead: [UInt8] = []

  /// What is refused. May be changed between messages (after a login, say): the head's limit counts
  /// when the length of a head is complete, the body's when the head is.
  public var limits: Limits

  /// Makes a decoder at the beginning of a stream.
  ///
  /// - Parameter limits: What to refuse.
  public init(limits: Limits) {
    self.limits = limits
  }

  /// Consumes bytes of the input and returns the next event.
  ///
  /// Call it until it returns nil, then give it the next input, with an offset of 0 again.
  ///
  /// - Parameters:
  ///   - input: Bytes from the stream.
  ///   - offset: Where to begin in the input, in bytes; moved behind what was consumed. After an
  ///     error its value means nothing.
  /// - Returns: The next event; nil when the input is used up.
  /// - Throws: ``FramingError/Code/headTooLarge``, ``FramingError/Code/bodyTooLarge``,
  ///   ``FramingError/Code/malformedLength`` (a head of less than 2 bytes) or
  ///   ``FramingError/Code/malformedHead``. The same error again on each further call.
  public mutating func next(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> Event? {
    if let failure { throw failure }
    do {
      return try advance(input, from: &offset)
    } catch {
      failure = error
      partialHead = []
      throw error
    }
  }

  private mutating func advance(
    _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> Event? {
    while true {
      switch state {
      case .length(var length):
        let value = length.take(input, from: &offset, width: 4, byteOrder: .littleEndian)
        guard let value else {
          state = .length(length)
          return nil
        }
        state = .head(length: try limits.checkHead(length: value))
      case .head(let length):
        guard let head = try takeHead(length, input, from: &offset) else { return nil }
        state = .body(Countdown(head.bodyLength))
        return .head(head.bytes, bodyLength: head.bodyLength)
      case .body(var body):
        if body.remaining == 0 {
          state = .length(BinaryLength())
          return .end
        }
        let slice = body.take(input, from: &offset)
        state = .body(body)
        return slice.map { .body($0) }
      }
    }
  }

  /// Takes bytes of the head; returns it when its last byte is there.
  private mutating func takeHead(
    _ length: Int, _ input: RawSpan, from offset: inout Int
  ) throws(FramingError) -> (bytes: [UInt8], bodyLength: Int)? {
    let available = input.byteCount - offset
    if partialHead.isEmpty, available >= length {
      // The usual case: checked where it lies, then copied once.
      let range = offset..<offset + length
      let bodyLength = try checkedBodyLength(of: input.extracting(range))
      offset += length
      return (input.copy(of: range), bodyLength)
    }

    let count = min(available, length - partialHead.count)
    reserve(partialHead.count + count, of: length)
    partialHead.append(offset..<offset + count, of: input)
    offset += count
    guard partialHead.count == length else { return nil }
    let bodyLength = try checkedBodyLength(of: partialHead.span.bytes)
    defer { partialHead = [] }
    return (partialHead, bodyLength)
  }

  /// Makes room for what has arrived, doubling, but never beyond the head's own length.
  private mutating func reserve(_ needed: Int, of length: Int) {
    guard needed > partialHead.capacity else { return }
    partialHead.reserveCapacity(min(length, max(needed, 2 * partialHead.capacity)))
  }

  private func checkedBodyLength(of head: RawSpan) throws(FramingError) -> Int {
    let bodyLength = try JSONHeadScanner.bodyLength(of: head)
    try limits.checkBody(length: bodyLength)
    return bodyLength
  }

  /// Whether the stream may end here. False: an end of the stream now would be a truncation.
  public var isBetweenMessages: Bool {
    guard failure == nil else { return false }
    return switch state {
    case .length(let length): length.received == 0
    case .head: false
    case .body(let body): body.remaining == 0
    }
  }

  /// Checks that the stream may end here; call it at the end of the stream.
  ///
  /// - Throws: ``FramingError/Code/truncated`` inside a message; the earlier error of a decoder that
  ///   had failed.
  public func finish() throws(FramingError) {
    if let failure { throw failure }
    switch state {
    case .length(let length):
      guard length.received > 0 else { return }
      throw FramingError(
        .truncated, "the stream ended after \(length.received) of 4 bytes of a head's length")
    case .head(let length):
      throw FramingError(
        .truncated, "the stream ended after \(partialHead.count) of \(length) bytes of a head")
    case .body(let body):
      guard body.remaining > 0 else { return }
      throw FramingError(
        .truncated,
        "the stream ended \(body.remaining) bytes before the end of a body of \(body.total)")
    }
  }
}
