import BinaryPacking
import Testing

/// Buffers of many records.
@Suite("Many records")
struct IterUnpackTests {
  let numbers = [UInt8](1...15)

  @Test func recordsInOrder() throws {
    let records = try BinaryFormat(">IB").iterUnpack(from: numbers)
    #expect(records.count == 3)
    #expect(Array(records) == [[0x0102_0304, 5], [0x0607_0809, 10], [0x0B0C_0D0E, 15]])
    #expect(records.last == [0x0B0C_0D0E, 15])
    #expect(try BinaryFormat(">ibcp").iterUnpack(from: []).isEmpty)
  }

  @Test func typedRecords() throws {
    var records = try BinaryFormat(">IB").iterUnpack(UInt32.self, Int.self, from: numbers)
    var sums: [Int] = []
    #expect(records.remaining == 3)
    while let (first, second) = try records.next() {
      sums.append(Int(first) + second)
      #expect(records.remaining == 3 - sums.count)
    }
    #expect(sums == [0x0102_0304 + 5, 0x0607_0809 + 10, 0x0B0C_0D0E + 15])
    #expect(try records.next() == nil)
  }

  @Test func aRecordThatDoesNotFitIsPassedOver() throws {
    var records = try BinaryFormat("<h").iterUnpack(UInt8.self, from: [1, 0, 0, 1, 2, 0])
    #expect(try records.next() == 1)
    #expect(refusal { () throws(PackingError) in _ = try records.next() } == .outOfRange)
    #expect(try records.next() == 2)
    #expect(try records.next() == nil)
  }

  @Test func recordsOfOtherSources() throws {
    let format = try BinaryFormat(">IB")
    let expected: [[PackedValue]] = [[0x0607_0809, 10], [0x0B0C_0D0E, 15]]
    #expect(try Array(format.iterUnpack(from: numbers[5...])) == expected)
    #expect(try Array(format.iterUnpack(from: ContiguousArray(numbers[5...]))) == expected)
    #expect(try Array(format.iterUnpack(from: PackedBytes(numbers[5...]))) == expected)
    #expect(try Array(format.iterUnpack(from: [5 of UInt8](repeating: 1))) == [[0x0101_0101, 1]])
    #expect(try numbers.withUnsafeBytes { try Array(format.iterUnpack(from: $0)) }.count == 3)
    var records = try format.iterUnpack(UInt32.self, UInt8.self, from: numbers[10...])
    #expect(try records.next() ?? (0, 0) == (0x0B0C_0D0E, 15))
    #expect(try records.next() == nil)
  }

  @Test func offsetsForSpans() throws {
    let format = try BinaryFormat(">IB")
    let span = numbers.span.bytes
    var lasts: [UInt8] = []
    for start in try format.recordOffsets(in: span.byteCount) {
      lasts.append(try format.unpack(UInt32.self, UInt8.self, from: span, at: start).1)
    }
    #expect(lasts == [5, 10, 15])
  }

  @Test func buffersThatAreNoWholeRecords() throws {
    let format = try BinaryFormat(">ibcp")
    for count in [6, 8] {
      let buffer = [UInt8](repeating: 0, count: count)
      #expect(refusal { () throws(PackingError) in _ = try format.iterUnpack(from: buffer) } == .wrongSize)
      #expect(
        complaint { () throws(PackingError) in
          _ = try format.iterUnpack(Int.self, Int.self, UInt8.self, [UInt8].self, from: buffer)
        }.hasPrefix("iterative unpacking requires a buffer of a multiple of 7 bytes"))
    }
    let empty = try BinaryFormat(">")
    for buffer in [[], [1, 2]] as [[UInt8]] {
      #expect(
        complaint { () throws(PackingError) in _ = try empty.iterUnpack(from: buffer) }
          == "cannot iteratively unpack with a struct of length 0")
    }
    #expect(
      refusal { () throws(PackingError) in _ = try format.iterUnpack(Int.self, from: numbers) } == .wrongCount)
  }
}
