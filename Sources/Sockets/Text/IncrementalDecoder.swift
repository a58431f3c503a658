/// Bytes to text as they come, in pieces that may end within a character. (Python: `codecs.getincrementaldecoder`.)
///
/// ```swift
/// var decoder = try IncrementalDecoder(.gbk)
/// let text = try decoder.decode(first) + decoder.decode(second) + decoder.finish()
/// ```
public struct IncrementalDecoder: ~Copyable {
  private var decoder: TextDecoder
  /// The beginning of a character, at most a few bytes.
  private var left: [UInt8] = []

  /// - Parameter malformed: What to do with what is no text.
  public init(_ encoding: TextEncoding, malformed: MalformedText = .replace) throws(SocketError) {
    decoder = try TextDecoder(encoding, malformed)
  }

  /// The text of a piece; the beginning of a character at its end waits for the next one.
  public mutating func decode(_ piece: RawSpan) throws(SocketError) -> String {
    let bytes = left + piece.withUnsafeBytes { Array($0) }
    var text = String.UnicodeScalarView()
    let used = try decode(bytes, into: &text)
    left = Array(bytes[used...])
    return String(text)
  }

  /// What is left when nothing more comes: a character that was cut off is no text.
  public mutating func finish() throws(SocketError) -> String {
    var text = String.UnicodeScalarView()
    try decoder.finish(left.count, into: &text)
    left = []
    return String(text)
  }

  private mutating func decode(
    _ bytes: [UInt8], into text: inout String.UnicodeScalarView
  ) throws(SocketError) -> Int {
    let span = bytes.span.bytes
    return try span.withUnsafeBytes { (bytes) throws(SocketError) in
      try decoder.decode(bytes, limit: .max, into: &text).used
    }
  }
}
