/// The bytes that end a line, or another frame.
public struct Delimiter: Hashable, Sendable {
  static let carriageReturn: UInt8 = 0x0D

  /// `\n`. A `\r` in front of it belongs to the line.
  public static let lineFeed = Delimiter([0x0A])

  /// `\r\n`, as in most Internet protocols. A `\n` or `\r` alone belongs to the line.
  public static let carriageReturnLineFeed = Delimiter([0x0D, 0x0A])

  /// `\n`, and one `\r` in front of it, if there is one, does not belong to the line: for text from
  /// anywhere. Not for protocols where a proxy might see the lines differently.
  public static let anyLineEnding = Delimiter([0x0A], stripsCarriageReturn: true)

  /// The delimiter itself; not empty.
  public let bytes: [UInt8]

  /// Whether one `\r` in front of the delimiter is taken away from the frame.
  public let stripsCarriageReturn: Bool

  /// Of the first `index + 1` bytes: how many of the last ones are also the first ones. (The
  /// failure function of Knuth, Morris and Pratt: how much of a match remains after a mismatch.)
  private let borders: [Int]

  /// Makes a delimiter.
  ///
  /// - Parameters:
  ///   - bytes: One byte or more.
  ///   - stripsCarriageReturn: Whether one `\r` in front of the delimiter is taken away from the
  ///     frame; only for delimiters without a `\r` of their own.
  public init(_ bytes: [UInt8], stripsCarriageReturn: Bool = false) {
    precondition(!bytes.isEmpty, "a delimiter has at least one byte")
    precondition(
      !stripsCarriageReturn || !bytes.contains(Delimiter.carriageReturn),
      "a delimiter with a carriage return of its own cannot strip one")
    self.bytes = bytes
    self.stripsCarriageReturn = stripsCarriageReturn
    var borders = [0]
    for index in 1..<max(bytes.count, 1) {
      var border = borders[index - 1]
      while border > 0, bytes[index] != bytes[border] { border = borders[border - 1] }
      borders.append(bytes[index] == bytes[border] ? border + 1 : 0)
    }
    self.borders = borders
  }

  /// How many matched bytes remain a beginning of the delimiter after a mismatch.
  func remaining(ofMatched matched: Int) -> Int {
    matched == 0 ? 0 : borders[matched - 1]
  }

  /// Finds the end of the first delimiter.
  ///
  /// - Parameters:
  ///   - input: Where to look.
  ///   - range: What part of it.
  ///   - matched: How many bytes of the delimiter came directly before; then how many are at the
  ///     end of the range.
  /// - Returns: The offset behind the delimiter; nil when it is not complete in the range.
  func end(in input: RawSpan, _ range: Range<Int>, matched: inout Int) -> Int? {
    var offset = range.lowerBound
    while offset < range.upperBound {
      if matched == 0 {
        guard let first = input.firstOffset(of: bytes[0], in: offset..<range.upperBound) else {
          return nil
        }
        offset = first
      } else {
        while matched > 0, input[byte: offset] != bytes[matched] {
          matched = remaining(ofMatched: matched)
        }
        if matched == 0 { continue }
      }
      matched += 1
      offset += 1
      if matched == bytes.count {
        matched = 0
        return offset
      }
    }
    return nil
  }
}
