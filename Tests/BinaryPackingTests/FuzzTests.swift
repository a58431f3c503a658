import BinaryPacking
import Glibc
import Testing

/// Formats, values and bytes of a stranger: no trap, no format that contradicts itself.
///
/// A few thousand rounds; `LANDLINE_FUZZ_SECONDS` makes it that many seconds, `PACKING_SEED` repeats a run.
@Suite("Fuzz")
struct FuzzTests {
  @Test func formatsOfAStranger() {
    var samples = Samples()
    let seconds = getenv("LANDLINE_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) }
    let end = ContinuousClock.now + .seconds(seconds ?? 0)
    var rounds = 0
    while seconds == nil ? rounds < 5_000 : ContinuousClock.now < end {
      rounds += 1
      let text = text(&samples)
      if let complaint = complaint(about: text, &samples) {
        Issue.record("\(complaint), PACKING_SEED=\(samples.generator.seed), format \(JSON.string(text))")
      }
    }
    #expect(rounds > 0)
  }

  private static let alphabet = bytes("xcbB?hHiIlLqQnNefdspP0123456789 <>=@!\t")

  private func text(_ samples: inout Samples) -> String {
    switch samples.generator.below(3) {
    case 0: samples.format()
    case 1: String(decoding: samples.array(samples.generator.below(12)), as: UTF8.self)
    default:
      String(
        decoding: (0..<samples.generator.below(24)).map { _ in
          Self.alphabet[samples.generator.below(Self.alphabet.count)]
        }, as: UTF8.self)
    }
  }

  /// Nil, or what is wrong.
  private func complaint(about text: String, _ samples: inout Samples) -> String? {
    guard let format = try? BinaryFormat(text) else { return nil }
    guard format.size >= 0, format.valueCount >= 0 else { return "a negative size or count" }
    guard format.size < 1 << 16, format.valueCount < 1 << 16 else { return nil }
    var end = 0
    for field in format.fields {
      guard field.offset >= end, field.size >= 0 else { return "fields that overlap" }
      end = field.offset + field.size
    }
    guard end <= format.size else { return "a field outside of the record" }
    let bytes = samples.array(format.size)
    guard let values = try? format.unpack(from: bytes) else { return "its own size is refused" }
    guard values.count == format.valueCount else { return "another number of values" }
    guard let packed = try? format.pack(values: values), packed.count == format.size else {
      return "what was unpacked is refused"
    }
    guard let again = try? format.unpack(from: packed) else { return "what was packed is refused" }
    // As text, for NaN is not equal to itself.
    guard "\(again)" == "\(values)" else { return "values that change" }
    if let complaint = TypedComparison(format, bytes, values).complaint() { return complaint }
    var short = samples.array(samples.generator.below(format.size + 1))
    _ = try? format.unpack(from: short, at: samples.generator.below(64) - 32)
    try? format.pack(values: samples.values(for: format), into: &short, at: samples.generator.below(64) - 32)
    return nil
  }
}
