import Framing
import Glibc

/// A small generator whose runs can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// A new seed each run, or that of the environment's `FRAMING_SEED`, to repeat a failure.
  init() {
    let given = getenv("FRAMING_SEED").flatMap { UInt64(String(cString: $0)) }
    self.init(seed: given ?? UInt64.random(in: .min ... .max))
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// The ways to cut a stream that each decoder has to be indifferent to.
enum Splits {
  static func whole(_ stream: [UInt8]) -> [[UInt8]] { [stream] }

  static func singleBytes(_ stream: [UInt8]) -> [[UInt8]] { stream.map { [$0] } }

  static func inTwo(_ stream: [UInt8]) -> [[[UInt8]]] {
    (0...stream.count).map { [Array(stream[..<$0]), Array(stream[$0...])] }
  }

  static func random(_ stream: [UInt8], using generator: inout SeededGenerator) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var rest = stream[...]
    let longest = Int.random(in: 1...max(1, stream.count), using: &generator)
    while !rest.isEmpty {
      let count = min(rest.count, Int.random(in: 0...longest, using: &generator))
      pieces.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return pieces
  }

  /// All at once, byte by byte, each cut in two (of a small stream), and many random cuts.
  static func all(_ stream: [UInt8], using generator: inout SeededGenerator) -> [[[UInt8]]] {
    var splits = [whole(stream), singleBytes(stream)]
    if stream.count <= 200 { splits += inTwo(stream) }
    for _ in 0..<100 { splits.append(random(stream, using: &generator)) }
    return splits
  }
}

/// Frames, and how it ended.
struct Outcome: Equatable {
  var frames: [[UInt8]] = []
  var failure: FramingError.Code?
}

/// Decodes pieces of a stream to its end.
func decode(_ pieces: [[UInt8]], with decoder: some FrameDecoder) -> Outcome {
  var decoder = decoder
  var outcome = Outcome()
  do throws(FramingError) {
    for piece in pieces { try decoder.frames(in: piece.span.bytes, into: &outcome.frames) }
    try decoder.finish()
  } catch {
    outcome.failure = error.code
  }
  return outcome
}

/// A message as it went through a `MessageDecoder`.
struct Message: Equatable {
  var head: [UInt8]
  var body: [UInt8]
}

/// Messages, and how it ended.
struct MessageOutcome: Equatable {
  var messages: [Message] = []
  var failure: FramingError.Code?
}

/// Decodes pieces of a stream of messages to its end.
func decodeMessages(_ pieces: [[UInt8]], with decoder: MessageDecoder) -> MessageOutcome {
  var decoder = decoder
  var outcome = MessageOutcome()
  var current: Message?
  do throws(FramingError) {
    for piece in pieces {
      var offset = 0
      while let event = try decoder.next(piece.span.bytes, from: &offset) {
        switch event {
        case .head(let head, _): current = Message(head: head, body: [])
        case .body(let range): current!.body += piece[range]
        case .end: outcome.messages.append(current!)
        }
      }
      precondition(offset == piece.count, "nil, and the input is not used up")
    }
    try decoder.finish()
  } catch {
    outcome.failure = error.code
  }
  return outcome
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

/// A head with its length in front.
func framed(_ head: String, body: String = "") -> [UInt8] {
  let count = UInt32(head.utf8.count)
  return (0..<4).map { UInt8(truncatingIfNeeded: count >> (8 * $0)) } + head.utf8 + body.utf8
}

/// The error that a decoder has for an input; nil if none.
func failure(_ decoder: some FrameDecoder, _ input: [UInt8]) -> FramingError? {
  var decoder = decoder
  do throws(FramingError) {
    _ = try decoder.frames(in: input)
    return nil
  } catch {
    return error
  }
}

/// The error that a decoder has for an input; nil if none.
func failure(_ decoder: MessageDecoder, _ input: [UInt8]) -> FramingError? {
  var decoder = decoder
  var offset = 0
  do throws(FramingError) {
    while try decoder.next(input.span.bytes, from: &offset) != nil {}
    return nil
  } catch {
    return error
  }
}
