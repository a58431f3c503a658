import Framing
import Testing

@Suite("Bounds")
struct LimitTests {
  @Test func theBoundItselfPasses() throws {
    var field = LengthFieldDecoder(width: .two, maximumLength: 4)
    #expect(try field.frames(in: [0, 4, 1, 2, 3, 4]) == [[1, 2, 3, 4]])
    var decimal = DecimalLengthDecoder(form: .fixed(digits: 4), maximumLength: 4)
    #expect(try decimal.frames(in: bytes("0004abcd")) == [bytes("abcd")])
    var terminated = DecimalLengthDecoder(form: .terminated(by: 10), maximumLength: 12)
    #expect(try terminated.frames(in: bytes("12\nabcdefghijkl")) == [bytes("abcdefghijkl")])
    for delimiter in [Delimiter.lineFeed, .carriageReturnLineFeed, .anyLineEnding] {
      var lines = DelimiterDecoder(delimiter: delimiter, maximumLength: 4)
      #expect(
        try lines.frames(in: bytes("abcd") + delimiter.bytes + delimiter.bytes)
          == [bytes("abcd"), []])
    }
    var stripping = DelimiterDecoder(delimiter: .anyLineEnding, maximumLength: 4)
    #expect(try stripping.frames(in: bytes("abcd\r\n")) == [bytes("abcd")])
  }

  /// Only the length is there, so nothing of the frame can have been waited for or kept.
  @Test func oneOverTheBoundFailsAtTheLength() {
    #expect(
      failure(LengthFieldDecoder(width: .two, maximumLength: 4), [0, 5])
        == FramingError(.frameTooLarge, "a frame of 5 bytes is over the bound of 4"))
    let fixed = DecimalLengthDecoder(form: .fixed(digits: 4), maximumLength: 4)
    #expect(failure(fixed, bytes("0005"))?.code == .frameTooLarge)
    let terminated = DecimalLengthDecoder(form: .terminated(by: 10), maximumLength: 12)
    // At the third digit already: no terminator is waited for.
    #expect(failure(terminated, bytes("13"))?.code == .frameTooLarge)
    #expect(failure(terminated, bytes("12")) == nil)
    let lines = DelimiterDecoder(delimiter: .lineFeed, maximumLength: 4)
    #expect(failure(lines, bytes("abcde"))?.code == .lineTooLong)
    #expect(failure(lines, bytes("abcd")) == nil)
    #expect(failure(lines, bytes("abcd\r\n"))?.code == .lineTooLong)
    let stripping = DelimiterDecoder(delimiter: .anyLineEnding, maximumLength: 4)
    #expect(failure(stripping, bytes("abcd\r")) == nil)
    #expect(failure(stripping, bytes("abcd\r\r"))?.code == .lineTooLong)
  }

  @Test func enormousLengths() {
    for byteOrder in [ByteOrder.littleEndian, .bigEndian] {
      let four = LengthFieldDecoder(width: .four, byteOrder: byteOrder, maximumLength: 1_000)
      #expect(
        failure(four, [255, 255, 255, 255])
          == FramingError(.frameTooLarge, "a frame of 4294967295 bytes is over the bound of 1000"))
      // The top bit is no sign, even when everything is allowed.
      let eight = LengthFieldDecoder(width: .eight, byteOrder: byteOrder, maximumLength: .max)
      var top = [UInt8](repeating: 0, count: 8)
      top[byteOrder == .bigEndian ? 0 : 7] = 0x80
      #expect(failure(eight, top)?.code == .frameTooLarge)
      #expect(failure(eight, [UInt8](repeating: 255, count: 8))?.code == .frameTooLarge)
    }
    let digits = bytes(String(repeating: "9", count: 100))
    for form in [DecimalLengthForm.fixed(digits: 100), .terminated(by: 58)] {
      let decoder = DecimalLengthDecoder(form: form, maximumLength: .max)
      #expect(failure(decoder, digits)?.code == .frameTooLarge)
      #expect(failure(decoder, bytes("9223372036854775808"))?.code == .frameTooLarge)
    }
    let most = DecimalLengthDecoder(form: .terminated(by: 58), maximumLength: .max)
    #expect(failure(most, bytes("9223372036854775807:x")) == nil)
  }

  @Test func decimalLengthsThatAreNone() {
    let fixed = DecimalLengthDecoder(form: .fixed(digits: 2), maximumLength: 99)
    for text in ["a", "-1", "+1", " 1", "1 ", "1\n", "0x", "\u{FF11}"] {
      #expect(failure(fixed, bytes(text))?.code == .malformedLength, "\(text)")
    }
    let terminated = DecimalLengthDecoder(form: .terminated(by: 58), maximumLength: 99)
    for text in [":", "01:", "00", "-1:", "1\n", " 1:", "1 :", "1,"] {
      #expect(failure(terminated, bytes(text))?.code == .malformedLength, "\(text)")
    }
    #expect(failure(terminated, bytes("0:")) == nil)
  }

  @Test func truncations() throws {
    func ends(_ decoder: some FrameDecoder, _ input: [UInt8]) -> Outcome {
      decode([input], with: decoder)
    }
    let field = LengthFieldDecoder(width: .two, maximumLength: 9)
    for input: [UInt8] in [[0], [0, 1], [0, 2, 0], [0, 0, 0]] {
      #expect(ends(field, input).failure == .truncated, "\(input)")
    }
    #expect(ends(field, []) == Outcome())
    #expect(ends(field, [0, 0]) == Outcome(frames: [[]]))
    let decimal = DecimalLengthDecoder(form: .terminated(by: 58), maximumLength: 9)
    for text in ["1", "1:", "2:x", "0:1"] {
      #expect(ends(decimal, bytes(text)).failure == .truncated, "\(text)")
    }
    let lines = DelimiterDecoder(delimiter: .carriageReturnLineFeed, maximumLength: 9)
    for text in ["x", "\r", "x\r\ny", "\n", "\r\n\r"] {
      #expect(ends(lines, bytes(text)).failure == .truncated, "\(text)")
    }
    let stripping = DelimiterDecoder(delimiter: .anyLineEnding, maximumLength: 9)
    #expect(ends(stripping, bytes("\n\r")) == Outcome(frames: [[]], failure: .truncated))
    let fixed = FixedSizeDecoder(size: 3)
    #expect(ends(fixed, [1, 2, 3, 4]) == Outcome(frames: [[1, 2, 3]], failure: .truncated))
    #expect(ends(fixed, []) == Outcome())
  }

  @Test func aFailedDecoderStaysFailed() throws {
    func check(_ decoder: some FrameDecoder, _ bad: [UInt8]) throws {
      var decoder = decoder
      let first = try #require(throws: FramingError.self) { try decoder.frames(in: bad) }
      #expect(!decoder.isBetweenFrames)
      #expect(throws: first) { try decoder.frames(in: [0x30, 10]) }
      #expect(throws: first) { try decoder.frames(in: []) }
      #expect(throws: first) { try decoder.finish() }
    }
    try check(LengthFieldDecoder(width: .one, maximumLength: 1), [2])
    try check(DecimalLengthDecoder(form: .fixed(digits: 1), maximumLength: 1), [0x32])
    try check(DecimalLengthDecoder(form: .terminated(by: 10), maximumLength: 1), [10])
    try check(DelimiterDecoder(delimiter: .lineFeed, maximumLength: 1), [1, 2])
  }

  @Test func slicesAreHandedOnAsTheyArrive() throws {
    var decoder = LengthFieldDecoder(width: .one, maximumLength: 200)
    var offset = 0
    let first: [UInt8] = [200, 1, 2]
    #expect(try decoder.next(first.span.bytes, from: &offset) == .slice(1..<3))
    #expect(try decoder.next(first.span.bytes, from: &offset) == nil)
    #expect(!decoder.isBetweenFrames)
    let rest = [UInt8](repeating: 7, count: 198)
    offset = 0
    #expect(try decoder.next(rest.span.bytes, from: &offset) == .slice(0..<198))
    #expect(try decoder.next(rest.span.bytes, from: &offset) == .end)
    #expect(try decoder.next(rest.span.bytes, from: &offset) == nil)
    #expect(decoder.isBetweenFrames)
  }

  @Test func aDelimiterThatWasNoneIsCarried() throws {
    var decoder = DelimiterDecoder(delimiter: .carriageReturnLineFeed, maximumLength: 9)
    func events(_ text: String) throws -> [FrameEvent] {
      let input = bytes(text)
      var offset = 0
      var events: [FrameEvent] = []
      while let event = try decoder.next(input.span.bytes, from: &offset) { events.append(event) }
      return events
    }
    #expect(try events("ab\r") == [.slice(0..<2)])
    #expect(try events("\r") == [.carried([13])])
    #expect(try events("c\r\n\r") == [.carried([13]), .slice(0..<1), .end])
    #expect(try events("\n") == [.end])
    #expect(decoder.isBetweenFrames)
  }
}
