import Framing
import Testing

@Suite("The same frames come out, however the bytes arrive")
struct SplitTests {
  static let frames: [[UInt8]] = [
    bytes("hello"), [], bytes("a"), Array(0...255), [], [0, 0, 0, 0], bytes("12:34\t"),
  ]

  private func check(
    _ decoder: some FrameDecoder, _ encoder: some FrameEncoder, _ frames: [[UInt8]] = frames
  ) throws {
    var generator = SeededGenerator()
    for frames in [frames, Array(frames.prefix(2)), [frames[0]], []] {
      var stream: [UInt8] = []
      for frame in frames { try encoder.encode(frame, into: &stream) }
      let expected = Outcome(frames: frames)
      for pieces in Splits.all(stream, using: &generator) {
        #expect(
          decode(pieces, with: decoder) == expected,
          "FRAMING_SEED=\(generator.seed), pieces \(pieces.map(\.count))")
      }
    }
  }

  @Test(arguments: [LengthFieldWidth.two, .four, .eight], [ByteOrder.littleEndian, .bigEndian])
  func lengthField(width: LengthFieldWidth, byteOrder: ByteOrder) throws {
    try check(
      LengthFieldDecoder(width: width, byteOrder: byteOrder, maximumLength: 256),
      LengthFieldEncoder(width: width, byteOrder: byteOrder, maximumLength: 256))
  }

  @Test func lengthFieldOfOneByte() throws {
    try check(
      LengthFieldDecoder(width: .one, maximumLength: 255), LengthFieldEncoder(width: .one),
      Self.frames.map { Array($0.prefix(255)) })
  }

  @Test(arguments: [
    DecimalLengthForm.fixed(digits: 3), .fixed(digits: 30),
    .terminated(by: UInt8(ascii: ":")), .terminated(by: UInt8(ascii: "\n")),
  ])
  func decimalLength(form: DecimalLengthForm) throws {
    try check(
      DecimalLengthDecoder(form: form, maximumLength: 256), DecimalLengthEncoder(form: form))
  }

  @Test func fixedSize() throws {
    try check(
      FixedSizeDecoder(size: 3), FixedSizeEncoder(size: 3), [[1, 2, 3], [0, 0, 0], [4, 5, 6]])
    try check(FixedSizeDecoder(size: 1), FixedSizeEncoder(size: 1), [[1], [2], [3]])
  }

  @Test(arguments: [
    Delimiter.lineFeed, .carriageReturnLineFeed, .anyLineEnding, Delimiter([0]),
    Delimiter(bytes("--")), Delimiter(bytes("aab")), Delimiter(bytes("abab")),
    Delimiter(bytes("abaabaaab")), Delimiter(bytes("ab"), stripsCarriageReturn: true),
  ])
  func delimiter(delimiter: Delimiter) throws {
    // Frames that are nearly, but not quite, delimiters.
    let pool = [
      "", "a", "aa", "ab", "aba", "abaabaa", "-", "\n", "\r", "\rb", "\r\r", "x\rx", "xyz",
    ]
    let encoder = DelimiterEncoder(delimiter: delimiter)
    let frames = pool.map(bytes).filter { (try? encoder.encode($0)) != nil }
    #expect(frames.count > 3)
    try check(DelimiterDecoder(delimiter: delimiter, maximumLength: 7), encoder, frames)
  }

  /// A slow and obvious decoder as the measure: random bytes of a tiny alphabet, so that the
  /// delimiter and its halves come up all the time.
  @Test(arguments: [
    Delimiter.lineFeed, .carriageReturnLineFeed, .anyLineEnding,
    Delimiter(bytes("\n\n\r")), Delimiter(bytes("\n\n"), stripsCarriageReturn: true),
    Delimiter(bytes("\nx"), stripsCarriageReturn: true), Delimiter(bytes("\nx\n\nx")),
  ])
  func delimiterAgainstModel(delimiter: Delimiter) {
    var generator = SeededGenerator()
    for _ in 0..<300 {
      let count = Int.random(in: 0...40, using: &generator)
      let stream = (0..<count).map { _ in bytes("\r\nx").randomElement(using: &generator)! }
      let bound = Int.random(in: 0...8, using: &generator)
      let expected = model(stream, delimiter, bound: bound)
      let decoder = DelimiterDecoder(delimiter: delimiter, maximumLength: bound)
      for pieces in [
        Splits.whole(stream), Splits.singleBytes(stream),
        Splits.random(stream, using: &generator), Splits.random(stream, using: &generator),
      ] {
        #expect(
          decode(pieces, with: decoder) == expected,
          "FRAMING_SEED=\(generator.seed), bound \(bound), pieces \(pieces)")
      }
    }
  }

  private func model(_ stream: [UInt8], _ delimiter: Delimiter, bound: Int) -> Outcome {
    var outcome = Outcome()
    var line: [UInt8] = []
    for byte in stream {
      line.append(byte)
      if line.suffix(delimiter.bytes.count) == delimiter.bytes[...] {
        line.removeLast(delimiter.bytes.count)
        if delimiter.stripsCarriageReturn, line.last == 0x0D { line.removeLast() }
        if line.count > bound { return Outcome(frames: outcome.frames, failure: .lineTooLong) }
        outcome.frames.append(line)
        line = []
      }
    }
    guard !line.isEmpty else { return outcome }
    // What cannot be content any more, whatever comes, is over the bound already.
    var held = delimiter.bytes.count - 1
    while line.suffix(held) != delimiter.bytes.prefix(held) { held -= 1 }
    var content = line.count - held
    if delimiter.stripsCarriageReturn, content > 0, line[content - 1] == 0x0D { content -= 1 }
    outcome.failure = content > bound ? .lineTooLong : .truncated
    return outcome
  }

  @Test func messages() throws {
    var generator = SeededGenerator()
    let long = #"{"text":"\#(String(repeating: "å", count: 2_000))","body":3}"#
    for (stream, messages) in [
      (framed("{}"), [Message(head: bytes("{}"), body: [])]),
      (
        framed(#"{"body":5}"#, body: "hello") + framed(#"{"body":0}"#) + framed("{}")
          + framed(#" {"id":7, "body" : 1 } "#, body: "x"),
        [
          Message(head: bytes(#"{"body":5}"#), body: bytes("hello")),
          Message(head: bytes(#"{"body":0}"#), body: []),
          Message(head: bytes("{}"), body: []),
          Message(head: bytes(#" {"id":7, "body" : 1 } "#), body: bytes("x")),
        ]
      ),
      (
        framed(long, body: "abc") + framed(long, body: "def"),
        [
          Message(head: bytes(long), body: bytes("abc")),
          Message(head: bytes(long), body: bytes("def")),
        ]
      ),
    ] {
      for pieces in Splits.all(stream, using: &generator) {
        let outcome = decodeMessages(
          pieces, with: MessageDecoder(limits: .init(head: 5_000, body: 5)))
        #expect(
          outcome == MessageOutcome(messages: messages),
          "FRAMING_SEED=\(generator.seed), pieces \(pieces.map(\.count))")
      }
    }
  }

  @Test func framesInFrontOfAMistakeAreNotLost() throws {
    var decoder = LengthFieldDecoder(width: .one, maximumLength: 3)
    var frames: [[UInt8]] = []
    let input: [UInt8] = [1, 7, 4, 0]
    #expect(throws: FramingError.self) {
      try decoder.frames(in: input.span.bytes, into: &frames)
    }
    #expect(frames == [[7]])
  }
}
