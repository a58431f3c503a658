import Framing
import Testing

@Suite("Encoders")
struct EncoderTests {
  @Test func formsOnTheWire() throws {
    #expect(try LengthFieldEncoder(width: .one).encode([7]) == [1, 7])
    #expect(try LengthFieldEncoder(width: .two).encode([7]) == [0, 1, 7])
    #expect(
      try LengthFieldEncoder(width: .four, byteOrder: .littleEndian).encode([7])
        == [1, 0, 0, 0, 7])
    #expect(try LengthFieldEncoder(width: .eight).encode([]) == [0, 0, 0, 0, 0, 0, 0, 0])
    var prefix: [UInt8] = [9]
    try LengthFieldEncoder(width: .four).prefix(length: 0x0102_0304, into: &prefix)
    #expect(prefix == [9, 1, 2, 3, 4])
    #expect(
      try DecimalLengthEncoder(form: .fixed(digits: 4)).encode(bytes("hi")) == bytes("0002hi"))
    #expect(
      try DecimalLengthEncoder(form: .terminated(by: 58)).encode(bytes("hi")) == bytes("2:hi"))
    #expect(
      try DelimiterEncoder(delimiter: .carriageReturnLineFeed).encode(bytes("hi"))
        == bytes("hi\r\n"))
    #expect(try FixedSizeEncoder(size: 2).encode(bytes("hi")) == bytes("hi"))
  }

  @Test func framesThatDoNotFit() {
    func refused(_ encoder: some FrameEncoder, _ frame: [UInt8]) -> FramingError.Code? {
      var output: [UInt8] = [1]
      defer { #expect(output == [1]) }
      do throws(FramingError) {
        try encoder.encode(frame, into: &output)
        return nil
      } catch {
        return error.code
      }
    }
    let frame = [UInt8](repeating: 7, count: 256)
    #expect(refused(LengthFieldEncoder(width: .one), frame) == .frameTooLarge)
    #expect(refused(LengthFieldEncoder(width: .two, maximumLength: 255), frame) == .frameTooLarge)
    #expect(refused(DecimalLengthEncoder(form: .fixed(digits: 2)), frame) == .frameTooLarge)
    let small = DecimalLengthEncoder(form: .terminated(by: 58), maximumLength: 255)
    #expect(refused(small, frame) == .frameTooLarge)
    #expect(refused(FixedSizeEncoder(size: 255), frame) == .wrongFrameSize)
    let line = DelimiterEncoder(delimiter: .lineFeed, maximumLength: 255)
    #expect(refused(line, frame) == .lineTooLong)
    #expect(refused(line, bytes("a\nb")) == .delimiterInFrame)
    #expect(
      refused(DelimiterEncoder(delimiter: .anyLineEnding), bytes("a\r")) == .delimiterInFrame)
    let double = DelimiterEncoder(delimiter: Delimiter(bytes("aa")))
    #expect(refused(double, bytes("ba")) == .delimiterInFrame)
  }

  @Test func messages() throws {
    var output: [UInt8] = []
    let announced = try MessageEncoder.encode(head: bytes(#"{"body":3}"#), into: &output)
    #expect(announced == 3)
    #expect(output == [10, 0, 0, 0] + bytes(#"{"body":3}"#))
    output = []
    try MessageEncoder.encode(head: bytes(#"{"body":3}"#), body: [1, 2, 3], into: &output)
    #expect(output == framed(#"{"body":3}"#) + [1, 2, 3])
    output = []
    try MessageEncoder.prefix(headLength: 258, into: &output)
    #expect(output == [2, 1, 0, 0])
  }

  @Test(arguments: [
    ("{", "", FramingError.Code.malformedHead), ("", "", .malformedHead),
    (#"{"body":3}"#, "abcd", .bodyMismatch), ("{}", "a", .bodyMismatch),
    (#"{"body":5}"#, "abcde", .bodyTooLarge), (#"{"text":"long"}"#, "", .headTooLarge),
  ])
  func wrongMessages(head: String, body: String, code: FramingError.Code) {
    var output: [UInt8] = [1]
    let error = #expect(throws: FramingError.self) {
      try MessageEncoder.encode(
        head: bytes(head), body: bytes(body), limits: .init(head: 12, body: 4), into: &output)
    }
    #expect(error?.code == code)
    #expect(output == [1])
  }

  @Test func prefixesOutsideOfTheLimits() {
    var output: [UInt8] = []
    for (length, code) in [
      (-1, FramingError.Code.malformedLength), (1, .malformedLength), (65_537, .headTooLarge),
    ] {
      let error = #expect(throws: FramingError.self) {
        try MessageEncoder.prefix(headLength: length, into: &output)
      }
      #expect(error?.code == code)
    }
    let error = #expect(throws: FramingError.self) {
      try MessageEncoder.prefix(
        headLength: 1 << 32, limits: .init(head: .max, body: 0), into: &output)
    }
    #expect(error?.code == .headTooLarge)
    #expect(output == [])
  }
}
