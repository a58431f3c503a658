import BinaryPacking
import Testing

@Suite("Values")
struct ValueTests {
  @Test(arguments: [0, 1, 22, 23, 24, 100])
  func byteStrings(count: Int) {
    let array = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
    let packed = PackedBytes(array)
    #expect(packed.count == count)
    #expect(Array(packed) == array)
    #expect(packed.reversed() == array.reversed())
    #expect(packed == PackedBytes(array.lazy.map { $0 }))
    #expect(packed == PackedBytes(array.span.bytes))
    #expect(packed.hashValue == PackedBytes(array).hashValue)
    #expect(packed != PackedBytes(array + [0]))
    #expect(packed.withUnsafeBytes { $0.elementsEqual(array) })
    #expect(packed.withContiguousStorageIfAvailable { $0.elementsEqual(array) } == true)
    #expect(packed.description == array.description)
    #expect(PackedBytes(packed) == packed)
  }

  @Test func literals() {
    let values: [PackedValue] = [
      1, -1, 1.5, true, .bytes("å"), .bytes([1, 2]), PackedValue([3 of UInt8](repeating: 7)),
    ]
    #expect(values[0] == .integer(1) && values[1] == .integer(-1))
    #expect(values[2] == .float(1.5) && values[3] == .bool(true))
    #expect(values[4] == .bytes([0xC3, 0xA5]))
    #expect(values[6] == .bytes([7, 7, 7]))
    #expect(String(decoding: values[4].bytesValue ?? [], as: UTF8.self) == "å")
    #expect(PackedValue(UInt64.max) == 18_446_744_073_709_551_615)
    #expect(
      values.map(\.description) == [
        "1", "-1", "1.5", "true", "a string of 2 bytes", "a string of 2 bytes", "a string of 3 bytes",
      ])
  }

  @Test func conversions() {
    #expect(PackedValue.bool(true).integerValue == 1)
    #expect(PackedValue.float(1).integerValue == nil)
    #expect(PackedValue.integer(3).doubleValue == 3)
    #expect(PackedValue.bytes("3").doubleValue == nil)
    #expect(PackedValue.integer(3).bytesValue == nil)
    #expect(Int8(packedValue: 128) == nil && Int8(packedValue: -128) == -128)
    #expect(UInt8(packedValue: 1.0) == nil && Bool(packedValue: 1) == nil && Double(packedValue: true) == 1)
    #expect([UInt8](packedValue: 1) == nil && PackedBytes(packedValue: 1) == nil)
  }

  /// An array that is used again holds the record's values, whatever it held before.
  @Test func arraysUsedAgain() throws {
    let format = try BinaryFormat("<B30sd")
    let packed = try format.pack(values: [1, .bytes("abc"), 0.5])
    let expected = try format.unpack(from: packed)
    for old in [[], [1], expected, [.bytes("x"), .bytes(PackedBytes(packed)), 3, 4]] as [[PackedValue]] {
      var values = old
      try format.unpack(from: packed, into: &values)
      #expect(values == expected)
      #expect(refusal { () throws(PackingError) in try format.unpack(from: [1], into: &values) } == .wrongSize)
      #expect(values == expected)
    }
  }

  @Test func countsAboveEight() throws {
    for count in 0...12 {
      let format = try BinaryFormat(">\(count)Hx")
      let values = (0..<count).map { PackedValue.integer(Int128($0 * 257)) }
      #expect(try format.unpack(from: format.pack(values: values)) == values)
    }
  }

  @Test func errorsTellWhatAndWhere() throws {
    let format = try BinaryFormat("<3sfc")
    let name: PackedValue = .bytes("abc")
    func refused(_ values: [PackedValue]) -> String {
      complaint { () throws(PackingError) in _ = try format.pack(values: values) }
    }
    #expect(refused([1, 2, .bytes("c")]) == "argument for 's' must be a bytes object: values[0] is 1")
    #expect(
      refused([name, name, name]) == "required argument is not a float: values[1] for 'f' is a string of 3 bytes")
    #expect(
      refused([name, 1, name]) == "char format requires a bytes object of length 1: values[2] is a string of 3 bytes")
    #expect(refused([name, 1e39, name]) == "float too large to pack with f format: values[1] is 1e+39")
    #expect(refused([]) == "pack expected 3 items for packing (got 0)")
    let error = PackingError(.outOfRange, "too large")
    #expect("\(error)" == "out-of-range: too large")
  }
}
