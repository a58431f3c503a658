import BinaryPacking
import Testing

/// CPython's `struct` says what is right, of bytes and of errors.
@Suite("Against CPython")
struct OracleTests {
  /// One result or error as the end of a JSON object.
  private func outcome(_ body: () throws(PackingError) -> String) -> String {
    do throws(PackingError) { return try body() } catch { return JSON.error(error) }
  }

  @Test func aHundredThousandPacks() throws {
    var samples = Samples()
    var oracle = Oracle()
    while oracle.count < 100_000 {
      let text = samples.format()
      let start = #"{"format": \#(JSON.string(text)), "#
      guard let format = try? BinaryFormat(text) else {
        oracle.add(start + outcome { () throws(PackingError) in #""size": \#(try BinaryFormat(text).size)"# } + "}")
        continue
      }
      let values = samples.values(for: format)
      let result = outcome { () throws(PackingError) in #""bytes": "\#(JSON.hex(try format.pack(values: values)))""# }
      oracle.add(start + #""values": \#(JSON.values(values)), "# + result + "}")
    }
    let errors = try oracle.check(seed: samples.generator.seed)
    #expect((10_000...50_000).contains(errors), "the samples should be neither all right nor all wrong")
  }

  @Test func aHundredThousandUnpacks() throws {
    var samples = Samples()
    var oracle = Oracle()
    while oracle.count < 100_000 {
      let text = samples.format()
      guard let format = try? BinaryFormat(text) else { continue }
      var bytes = samples.array(format.size)
      if samples.generator.below(20) == 0 { bytes.append(0) }
      if samples.generator.below(20) == 0, !bytes.isEmpty { bytes.removeLast() }
      let result = outcome { () throws(PackingError) in
        #""values": \#(JSON.values(try format.unpack(from: bytes)))"#
      }
      oracle.add(#"{"format": \#(JSON.string(text)), "unpack": true, "bytes": "\#(JSON.hex(bytes))", \#(result)}"#)
    }
    let errors = try oracle.check(seed: samples.generator.seed)
    #expect((1_000...50_000).contains(errors), "the samples should be neither all right nor all wrong")
  }

  @Test func offsetsIntoBuffers() throws {
    var samples = Samples()
    var oracle = Oracle()
    let extremes = [Int.max, Int.min, Int.max - 3, Int.min + 3]
    while oracle.count < 20_000 {
      let text = samples.format()
      guard let format = try? BinaryFormat(text) else { continue }
      let length = samples.generator.below(format.size + 12)
      let reach = 2 * (length + 3)
      let offset =
        samples.generator.below(50) == 0
        ? extremes[samples.generator.below(4)] : samples.generator.below(reach) - reach / 2
      let head = #"{"format": \#(JSON.string(text)), "offset": \#(offset), "#
      if samples.generator.below(2) == 0 {
        let bytes = samples.array(length)
        let result = outcome { () throws(PackingError) in
          #""values": \#(JSON.values(try format.unpack(from: bytes, at: offset)))"#
        }
        oracle.add(head + #""unpack": true, "bytes": "\#(JSON.hex(bytes))", \#(result)}"#)
      } else {
        // Values that are right: an error in the buffer has to be an error of the buffer.
        let values = try format.unpack(from: [UInt8](repeating: 1, count: format.size))
        var buffer = [UInt8](repeating: 0xAA, count: length)
        let result = outcome { () throws(PackingError) in
          try format.pack(values: values, into: &buffer, at: offset)
          return #""bytes": "\#(JSON.hex(buffer))""#
        }
        oracle.add(head + #""length": \#(length), "values": \#(JSON.values(values)), \#(result)}"#)
      }
    }
    _ = try oracle.check(seed: samples.generator.seed)
  }

  /// Every binary16 there is, and the numbers just below, at and above the middle between two of them.
  @Test func halfPrecision() throws {
    let format = try BinaryFormat("<256e")
    let single = try BinaryFormat("<e")
    var oracle = Oracle()
    for page in UInt8.min...UInt8.max {
      let bytes = (UInt8.min...UInt8.max).flatMap { [$0, page] }
      let values = try format.unpack(from: bytes)
      oracle.add(
        #"{"format": "<256e", "unpack": true, "bytes": "\#(JSON.hex(bytes))", "values": \#(JSON.values(values))}"#)
      let finite = values.compactMap { $0.doubleValue }.filter { $0.isFinite }
      guard !finite.isEmpty else { continue }
      let middles = finite.flatMap { number in
        let half = Double(sign: number.sign, exponent: max(number.exponent, -14) - 11, significand: 1)
        return [number + half, (number + half).nextUp, (number + half).nextDown]
      }
      // Alone: behind the largest comes an error.
      for number in middles.suffix(3) {
        let result = outcome { () throws(PackingError) in #""bytes": "\#(JSON.hex(try single.pack(number)))""# }
        oracle.add(#"{"format": "<e", "values": \#(JSON.values([.float(number)])), \#(result)}"#)
      }
      let list = middles.dropLast(3).map { PackedValue.float($0) }
      let text = "<\(list.count)e"
      let packed = try BinaryFormat(text).pack(values: list)
      oracle.add(#"{"format": "\#(text)", "values": \#(JSON.values(list)), "bytes": "\#(JSON.hex(packed))"}"#)
    }
    _ = try oracle.check(seed: 0)
  }
}
