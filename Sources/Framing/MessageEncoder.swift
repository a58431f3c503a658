/// Encoder of messages of the line protocol; see ``MessageDecoder``.
///
/// ```swift
/// var output: [UInt8] = []
/// try MessageEncoder.encode(head: Array(#"{"op":"ping","id":3}"#.utf8), into: &output)
/// ```
///
/// It reads the head as the other side will, so that a wrong head is found where it is made and
/// not as a connection that broke.
public enum MessageEncoder {
  /// The limits of version 1 of the protocol after login: 65,536 and 1,048,576 bytes.
  public static let defaultLimits = MessageDecoder.Limits(head: 65_536, body: 1_048_576)

  /// Appends the length of a head, without the head.
  ///
  /// - Parameters:
  ///   - headLength: The length of the head that will follow, in bytes.
  ///   - limits: What to refuse.
  ///   - output: Where to append 4 bytes. Unchanged at an error.
  /// - Throws: ``FramingError/Code/headTooLarge``, or ``FramingError/Code/malformedLength`` for less
  ///   than 2 bytes.
  public static func prefix(
    headLength: Int, limits: MessageDecoder.Limits = defaultLimits, into output: inout [UInt8]
  ) throws(FramingError) {
    let length = try limits.checkHead(length: UInt64(max(headLength, 0)))
    guard let length = UInt32(exactly: length) else {
      throw FramingError(
        .headTooLarge, "a head of \(headLength) bytes does not fit into a length of 4 bytes")
    }
    BinaryLength.append(UInt64(length), width: 4, byteOrder: .littleEndian, to: &output)
  }

  /// Appends the length of a head and the head. The body, if the head announces one, follows from
  /// elsewhere.
  ///
  /// - Parameters:
  ///   - head: A JSON object.
  ///   - limits: What to refuse.
  ///   - output: Where to append. Unchanged at an error.
  /// - Returns: How many bytes of body the head announces: exactly as many have to follow.
  /// - Throws: ``FramingError/Code/headTooLarge``, ``FramingError/Code/bodyTooLarge``,
  ///   ``FramingError/Code/malformedLength`` or ``FramingError/Code/malformedHead``.
  @discardableResult
  public static func encode(
    head: RawSpan, limits: MessageDecoder.Limits = defaultLimits, into output: inout [UInt8]
  ) throws(FramingError) -> Int {
    let bodyLength = try JSONHeadScanner.bodyLength(of: head)
    try limits.checkBody(length: bodyLength)
    try prefix(headLength: head.byteCount, limits: limits, into: &output)
    output.append(0..<head.byteCount, of: head)
    return bodyLength
  }

  /// Appends the length of a head and the head. The body, if the head announces one, follows from
  /// elsewhere.
  ///
  /// - Parameters:
  ///   - head: A JSON object.
  ///   - limits: What to refuse.
  ///   - output: Where to append. Unchanged at an error.
  /// - Returns: How many bytes of body the head announces: exactly as many have to follow.
  /// - Throws: ``FramingError/Code/headTooLarge``, ``FramingError/Code/bodyTooLarge``,
  ///   ``FramingError/Code/malformedLength`` or ``FramingError/Code/malformedHead``.
  @discardableResult
  public static func encode(
    head: [UInt8], limits: MessageDecoder.Limits = defaultLimits, into output: inout [UInt8]
  ) throws(FramingError) -> Int {
    try encode(head: head.span.bytes, limits: limits, into: &output)
  }

  /// Appends a whole message.
  ///
  /// - Parameters:
  ///   - head: A JSON object, whose member `body` is the length of the body (or absent for 0).
  ///   - body: The body.
  ///   - limits: What to refuse.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: ``FramingError/Code/bodyMismatch`` when the head announces another length; else as
  ///   ``encode(head:limits:into:)-(RawSpan,_,_)``.
  public static func encode(
    head: RawSpan, body: RawSpan, limits: MessageDecoder.Limits = defaultLimits,
    into output: inout [UInt8]
  ) throws(FramingError) {
    let start = output.count
    let announced = try encode(head: head, limits: limits, into: &output)
    guard announced == body.byteCount else {
      output.removeSubrange(start...)
      throw FramingError(
        .bodyMismatch, "the head announces \(announced) bytes, the body has \(body.byteCount)")
    }
    output.append(0..<body.byteCount, of: body)
  }

  /// Appends a whole message.
  ///
  /// - Parameters:
  ///   - head: A JSON object, whose member `body` is the length of the body (or absent for 0).
  ///   - body: The body.
  ///   - limits: What to refuse.
  ///   - output: Where to append. Unchanged at an error.
  /// - Throws: ``FramingError/Code/bodyMismatch`` when the head announces another length; else as
  ///   ``encode(head:limits:into:)-([UInt8],_,_)``.
  public static func encode(
    head: [UInt8], body: [UInt8], limits: MessageDecoder.Limits = defaultLimits,
    into output: inout [UInt8]
  ) throws(FramingError) {
    try encode(head: head.span.bytes, body: body.span.bytes, limits: limits, into: &output)
  }
}
