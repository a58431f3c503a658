import Framing
import Glibc
import Testing

/// Damaged streams: no trap, and the same outcome for any split.
///
/// A few thousand rounds; `LANDLINE_FUZZ_SECONDS` makes it that many seconds.
@Suite("Fuzz")
struct FuzzTests {
  private func mutated(_ stream: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
    var stream = stream
    let alphabet = bytes(#"{}[]",:\ubody0123456789-.eE+ nulltrue"#) + [0, 10, 13, 0x80, 0xC3, 255]
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let index = Int.random(in: 0...stream.count, using: &generator)
      let byte = alphabet.randomElement(using: &generator)!
      switch Int.random(in: 0..<4, using: &generator) {
      case 0: stream.insert(byte, at: index)
      case 1 where index < stream.count: stream.remove(at: index)
      case 2: stream.removeSubrange(index..<min(stream.count, index + 3))
      default: if index < stream.count { stream[index] = byte }
      }
    }
    return stream
  }

  @Test func messages() {
    var generator = SeededGenerator()
    let seed =
      framed(#"{"id":1,"x":[1.5e3,{"å":"\u00e5\ud83d\ude00"}],"body":2}"#, body: "ab")
      + framed(#"{"bo\u0064y":1}"#, body: "c") + framed("{}")
    let decoder = MessageDecoder(limits: .init(head: 100, body: 9))
    let seconds = getenv("LANDLINE_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) }
    let end = ContinuousClock.now + .seconds(seconds ?? 0)
    var rounds = 0
    while seconds == nil ? rounds < 2_000 : ContinuousClock.now < end {
      rounds += 1
      let stream = mutated(seed, using: &generator)
      let whole = decodeMessages([stream], with: decoder)
      let pieces = Splits.random(stream, using: &generator)
      if decodeMessages(pieces, with: decoder) != whole {
        Issue.record("FRAMING_SEED=\(generator.seed), stream \(stream)")
      }
      for message in whole.messages where message.head.count > 100 || message.body.count > 9 {
        Issue.record("over the limits: \(message), FRAMING_SEED=\(generator.seed)")
      }
    }
  }

  @Test func frames() {
    var generator = SeededGenerator()
    func check(_ decoder: some FrameDecoder, _ seed: [UInt8], bound: Int) {
      for _ in 0..<500 {
        let stream = mutated(seed, using: &generator)
        let whole = decode([stream], with: decoder)
        if decode(Splits.random(stream, using: &generator), with: decoder) != whole
          || whole.frames.contains(where: { $0.count > bound })
        {
          Issue.record("FRAMING_SEED=\(generator.seed), stream \(stream), \(decoder)")
        }
      }
    }
    check(
      LengthFieldDecoder(width: .two, maximumLength: 9), [0, 2, 1, 2, 0, 0, 0, 1, 3], bound: 9)
    check(
      DecimalLengthDecoder(form: .terminated(by: 58), maximumLength: 10),
      bytes("2:ab0:10:0123456789"),
      bound: 10)
    check(
      DecimalLengthDecoder(form: .fixed(digits: 2), maximumLength: 10), bytes("02ab00100123456789"),
      bound: 10)
    check(
      DelimiterDecoder(delimiter: .carriageReturnLineFeed, maximumLength: 5),
      bytes("ab\r\n\r\n\rc\r\r\nde\nf\r\n"), bound: 5)
    check(
      DelimiterDecoder(delimiter: .anyLineEnding, maximumLength: 5),
      bytes("ab\r\n\r\n\rc\r\r\nde\nf\r\n"), bound: 5)
  }
}
