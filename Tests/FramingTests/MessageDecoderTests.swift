import Framing
import Testing

@Suite("MessageDecoder")
struct MessageDecoderTests {
  let beforeLogin = MessageDecoder(limits: .init(head: 12, body: 4))

  private func events(_ decoder: inout MessageDecoder, _ input: [UInt8]) throws
    -> [MessageDecoder.Event]
  {
    var offset = 0
    var events: [MessageDecoder.Event] = []
    while let event = try decoder.next(input.span.bytes, from: &offset) { events.append(event) }
    #expect(offset == input.count)
    return events
  }

  @Test func eventsOfAMessage() throws {
    var decoder = beforeLogin
    #expect(decoder.isBetweenMessages)
    let head = bytes(#"{"body":3}"#)
    #expect(try events(&decoder, Array(framed(#"{"body":3}"#).dropLast())) == [])
    #expect(!decoder.isBetweenMessages)
    #expect(try events(&decoder, bytes("}ab")) == [.head(head, bodyLength: 3), .body(1..<3)])
    #expect(!decoder.isBetweenMessages)
    #expect(
      try events(&decoder, bytes("c") + framed("{}"))
        == [.body(0..<1), .end, .head(bytes("{}"), bodyLength: 0), .end])
    #expect(decoder.isBetweenMessages)
    try decoder.finish()
  }

  @Test func headsOutsideOfTheLimitFailAtTheirLength() {
    #expect(
      failure(beforeLogin, [13, 0, 0, 0])
        == FramingError(.headTooLarge, "a head of 13 bytes is over the limit of 12"))
    #expect(
      failure(beforeLogin, [255, 255, 255, 255])
        == FramingError(.headTooLarge, "a head of 4294967295 bytes is over the limit of 12"))
    #expect(failure(beforeLogin, [0, 0, 0, 128])?.code == .headTooLarge)
    #expect(failure(beforeLogin, [0, 0, 0, 0])?.code == .malformedLength)
    #expect(failure(beforeLogin, [1, 0, 0, 0])?.code == .malformedLength)
    #expect(failure(beforeLogin, [12, 0, 0, 0]) == nil)
    #expect(failure(beforeLogin, framed(#"{"body": 4 }"#, body: "abcd")) == nil)
  }

  @Test func bodiesOverTheLimitFailAtTheirHead() {
    #expect(
      failure(beforeLogin, framed(#"{"body":5}"#))
        == FramingError(.bodyTooLarge, "a body of 5 bytes is over the limit of 4"))
    #expect(failure(beforeLogin, framed(#"{"body":4}"#)) == nil)
    let huge = MessageDecoder(limits: .init(head: 99, body: .max))
    #expect(failure(huge, framed(#"{"body":9223372036854775807}"#)) == nil)
    #expect(failure(huge, framed(#"{"body":9223372036854775808}"#))?.code == .bodyTooLarge)
    #expect(
      failure(huge, framed(#"{"body":123456789012345678901234567890}"#))?.code == .bodyTooLarge)
  }

  /// The decoder takes no byte behind a head whose body is refused.
  @Test func noByteOfARefusedBodyIsTaken() {
    var decoder = beforeLogin
    let input = framed(#"{"body":5}"#, body: "abcde")
    var offset = 0
    #expect(throws: FramingError.self) { try decoder.next(input.span.bytes, from: &offset) }
    #expect(offset <= 4 + 10)
  }

  @Test func limitsMayBeRaisedBetweenMessages() throws {
    var decoder = beforeLogin
    _ = try events(&decoder, framed("{}"))
    decoder.limits = .init(head: 100, body: 9)
    let head = #"{"text":"longer than 12","body":9}"#
    #expect(
      try events(&decoder, framed(head, body: "123456789"))
        == [.head(bytes(head), bodyLength: 9), .body(38..<47), .end])
  }

  @Test func truncations() throws {
    let message = framed(#"{"body":3}"#, body: "abc")
    for count in 0...message.count {
      let outcome = decodeMessages([Array(message.prefix(count))], with: beforeLogin)
      let isWhole = count == 0 || count == message.count
      #expect(outcome.failure == (isWhole ? nil : .truncated), "after \(count) bytes")
    }
    var decoder = beforeLogin
    _ = try events(&decoder, Array(message.dropLast()))
    #expect(
      throws: FramingError(.truncated, "the stream ended 1 bytes before the end of a body of 3")
    ) {
      try decoder.finish()
    }
  }

  @Test(arguments: ["{}{", "[1,2]", #"{"body":9}"#, #"{"body":-1}"#])
  func aFailedDecoderStaysFailed(head: String) throws {
    var decoder = beforeLogin
    func next(_ input: [UInt8]) throws(FramingError) {
      var offset = 0
      _ = try decoder.next(input.span.bytes, from: &offset)
    }
    let first = try #require(throws: FramingError.self) { try next(framed(head)) }
    #expect(throws: first) { try next(framed("{}")) }
    #expect(throws: first) { try next([]) }
    #expect(throws: first) { try decoder.finish() }
    #expect(!decoder.isBetweenMessages)
  }

  /// The error is the same, whether the head came in one piece or not.
  @Test func malformedHeadsInPieces() {
    let stream = framed("{}") + framed(#"{"body":1,}"#, body: "x")
    var generator = SeededGenerator()
    for pieces in Splits.all(stream, using: &generator) {
      let outcome = decodeMessages(pieces, with: beforeLogin)
      #expect(
        outcome
          == MessageOutcome(
            messages: [Message(head: bytes("{}"), body: [])], failure: .malformedHead),
        "FRAMING_SEED=\(generator.seed)")
    }
  }
}
