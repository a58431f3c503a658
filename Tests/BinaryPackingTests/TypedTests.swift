import BinaryPacking
import Testing

/// The typed form: as the dynamic form, for all types that stand for a field's value.
@Suite("Typed form")
struct TypedTests {
  @Test func theExampleOfTheDocumentation() throws {
    let format = try BinaryFormat("<I3sf")
    let packed = try format.pack(UInt32(7), bytes("abc"), Float(1.5))
    #expect(packed == [7, 0, 0, 0, 97, 98, 99, 0, 0, 192, 63])
    let (id, name, score) = try format.unpack(UInt32.self, [UInt8].self, Float.self, from: packed)
    #expect(id == 7 && name == bytes("abc") && score == 1.5)
  }

  /// Every type that has a shape, in both orders, against what the dynamic form makes of the same bytes.
  @Test(arguments: ["<", ">", "="])
  func typesOfTheirOwn(order: String) throws {
    let small = try BinaryFormat(order + "bhiqBHIQ")
    let numbers = (Int8(-2), Int16(-3), Int32(-4), Int64(-5), UInt8(250), UInt16(60_000), UInt32.max, UInt64.max)
    let packed = try small.pack(
      numbers.0, numbers.1, numbers.2, numbers.3, numbers.4, numbers.5, numbers.6, numbers.7)
    #expect(try small.unpack(from: packed) == [-2, -3, -4, -5, 250, 60_000, 4_294_967_295, 18_446_744_073_709_551_615])
    let back = try small.unpack(
      Int8.self, Int16.self, Int32.self, Int64.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self, from: packed)
    #expect((back.0, back.1, back.2, back.3) == (numbers.0, numbers.1, numbers.2, numbers.3))
    #expect((back.4, back.5, back.6, back.7) == (numbers.4, numbers.5, numbers.6, numbers.7))

    let mixed = try BinaryFormat(order + "efd?cx4s2sq")
    let bytesOfIt = try mixed.pack(
      Float16(0.5), Float(-1.5), 2.5, true, UInt8(ascii: "c"), [1, 2, 3, 4] as [4 of UInt8], PackedBytes([9]), -7)
    #expect(
      try mixed.unpack(from: bytesOfIt) == [
        0.5, -1.5, 2.5, true, .bytes("c"), .bytes([1, 2, 3, 4]), .bytes([9, 0]), -7,
      ])
    let (half, single, double, truth, letter, four, two, number) = try mixed.unpack(
      Float16.self, Float.self, Double.self, Bool.self, UInt8.self, [4 of UInt8].self, PackedBytes.self, Int.self,
      from: bytesOfIt)
    #expect(half == 0.5 && single == -1.5 && double == 2.5 && truth && letter == 99 && number == -7)
    #expect(four[0] == 1 && four[3] == 4 && two == [9, 0])
  }

  /// One value to nine, so that each of the functions is called, the general one by nine.
  @Test func upToNineValues() throws {
    func format(_ count: Int) throws -> BinaryFormat { try BinaryFormat(">x\(count)H") }
    let (a, b, c, d): (UInt16, UInt16, UInt16, UInt16) = (1, 2, 3, 4)
    let (e, f, g, h): (UInt16, UInt16, UInt16, UInt16) = (5, 6, 7, 8)
    func expected(_ count: Int) -> [UInt8] { [0] + (1...count).flatMap { [0, UInt8($0)] } }
    let packed = try [
      format(1).pack(a), format(2).pack(a, b), format(3).pack(a, b, c), format(4).pack(a, b, c, d),
      format(5).pack(a, b, c, d, e), format(6).pack(a, b, c, d, e, f), format(7).pack(a, b, c, d, e, f, g),
      format(8).pack(a, b, c, d, e, f, g, h), format(9).pack(a, b, c, d, e, f, g, h, 9 as UInt16),
    ]
    #expect(packed == (1...9).map(expected))
    let type = UInt16.self
    #expect(try format(1).unpack(type, from: packed[0]) == a)
    #expect(try format(2).unpack(type, type, from: packed[1]) == (a, b))
    #expect(try format(3).unpack(type, type, type, from: packed[2]) == (a, b, c))
    #expect(try format(4).unpack(type, type, type, type, from: packed[3]) == (a, b, c, d))
    #expect(try format(5).unpack(type, type, type, type, type, from: packed[4]) == (a, b, c, d, e))
    #expect(try format(6).unpack(type, type, type, type, type, type, from: packed[5]) == (a, b, c, d, e, f))
    let seven = try format(7).unpack(type, type, type, type, type, type, type, from: packed[6])
    #expect(seven.0 == a && seven.5 == f && seven.6 == g)
    let eight = try format(8).unpack(type, type, type, type, type, type, type, type, from: packed[7])
    #expect(eight.0 == a && eight.6 == g && eight.7 == h)
    let nine = try format(9).unpack(type, type, type, type, type, type, type, type, type, from: packed[8])
    #expect(nine.0 == a && nine.7 == h && nine.8 == 9)
  }

  /// Of each number of values a wrong number, a small buffer, and types that are not the fields' own.
  @Test func otherCountsAndTypes() throws {
    for count in 1...9 {
      let format = try BinaryFormat("<\(count)h")
      let packed = [UInt8](repeating: 1, count: format.size)
      #expect(
        refusal { () throws(PackingError) in
          switch count {
          case 1: _ = try format.unpack(Int16.self, Int16.self, from: packed)
          case 2: _ = try format.unpack(Int16.self, from: packed)
          default: _ = try format.unpack(Int16.self, Int16.self, from: packed)
          }
        } == .wrongCount)
      var buffer = packed
      #expect(
        refusal { () throws(PackingError) in
          if count == 3 {
            try format.pack(Int16(1), Int16(1), into: &buffer)
          } else {
            try format.pack(Int16(1), Int16(1), Int16(1), into: &buffer)
          }
        } == .wrongCount)
    }
    let format = try BinaryFormat("<hB")
    let packed = try format.pack(-5, 7)
    #expect(packed == [251, 255, 7])
    #expect(try format.unpack(Double.self, Int128.self, from: packed) == (-5.0, 7))
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(UInt8.self, Int.self, from: packed) } == .outOfRange)
    // No Bool and no byte string is a number: it is the type that is wrong, whatever the number.
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Int.self, Bool.self, from: packed) } == .wrongType)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Int.self, [UInt8].self, from: packed) } == .wrongType)
    #expect(refusal { () throws(PackingError) in _ = try format.pack(-5, 256) } == .outOfRange)
    #expect(refusal { () throws(PackingError) in _ = try format.pack(-5.0, 7) } == .wrongType)
    #expect(refusal { () throws(PackingError) in _ = try format.pack(-5, bytes("7")) } == .wrongType)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Int16.self, UInt8.self, from: [1, 2]) } == .wrongSize)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Int16.self, UInt8.self, from: packed, at: 1) }
        == .bufferTooSmall)
    var small: [UInt8] = [9, 9]
    #expect(
      refusal { () throws(PackingError) in try format.pack(Int16(1), UInt8(1), into: &small) } == .bufferTooSmall)
    #expect(small == [9, 9])
  }

  @Test func negativeOffsets() throws {
    let format = try BinaryFormat(">H")
    var buffer: [UInt8] = [0, 0, 0, 0]
    try format.pack(UInt16(0x0102), into: &buffer, at: -2)
    #expect(buffer == [0, 0, 1, 2])
    #expect(try format.unpack(UInt16.self, from: buffer, at: -2) == 0x0102)
    #expect(try format.unpack(UInt16.self, from: buffer, at: -4) == 0)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(UInt16.self, from: buffer, at: -1) }
        == .bufferTooSmall)
  }

  @Test func paddingIsZeroed() throws {
    for text in ["x", "Bx", "xH", "BxHx", "Hxxxxx", "Q7xB", "Q9x2xB", "B30x", "B31x", "xB64x"] {
      let format = try BinaryFormat("=" + text)
      let size = format.size
      var expected = [UInt8](repeating: 0xEE, count: size + 4)
      for index in 0..<size { expected[index + 2] = 0 }
      for field in format.fields {
        for index in 0..<field.size { expected[2 + field.offset + index] = 0xFF }
      }
      var dynamic = [UInt8](repeating: 0xEE, count: size + 4)
      try format.pack(values: format.fields.map { .integer(1 << Int128(8 * $0.size) - 1) }, into: &dynamic, at: 2)
      #expect(dynamic == expected)
      var typed = [UInt8](repeating: 0xEE, count: size + 4)
      switch text {
      case "x": try format.pack(into: &typed, at: 2)
      case "Bx", "B30x", "B31x", "xB64x": try format.pack(UInt8.max, into: &typed, at: 2)
      case "xH", "Hxxxxx": try format.pack(UInt16.max, into: &typed, at: 2)
      case "BxHx": try format.pack(UInt8.max, UInt16.max, into: &typed, at: 2)
      default: try format.pack(UInt64.max, UInt8.max, into: &typed, at: 2)
      }
      #expect(typed == expected)
    }
  }

  @Test(arguments: [0, 1, 2, 3, 7, 8, 23, 24, 255, 256, 300])
  func byteStringsOfAllWidths(width: Int) throws {
    let format = try BinaryFormat("<B\(width)sB")
    for count in [0, 1, max(0, width - 1), width, width + 1] {
      let string = (0..<count).map { UInt8(truncatingIfNeeded: $0 + 1) }
      let cut = Array(string.prefix(width))
      let expected = [7] + cut + [UInt8](repeating: 0, count: width - cut.count) + [8]
      var buffer = [UInt8](repeating: 0xEE, count: format.size)
      try format.pack(UInt8(7), string, UInt8(8), into: &buffer)
      #expect(buffer == expected)
      buffer = [UInt8](repeating: 0xEE, count: format.size)
      try format.pack(UInt8(7), PackedBytes(string), UInt8(8), into: &buffer)
      #expect(buffer == expected)
      buffer = [UInt8](repeating: 0xEE, count: format.size)
      try format.pack(values: [7, .bytes(PackedBytes(string)), 8], into: &buffer)
      #expect(buffer == expected)
      let (_, array, _) = try format.unpack(UInt8.self, [UInt8].self, UInt8.self, from: buffer)
      let (_, packed, _) = try format.unpack(UInt8.self, PackedBytes.self, UInt8.self, from: buffer)
      #expect(array == Array(expected[1...width + 1].dropLast()))
      #expect(Array(packed) == array)
      #expect(try format.unpack(from: buffer)[1] == .bytes(packed))
    }
  }

  @Test func arraysOfAFixedCount() throws {
    let format = try BinaryFormat("<3sp")
    #expect(try format.pack([1, 2, 3] as [3 of UInt8], [] as [0 of UInt8]) == [1, 2, 3, 0])
    // Another width goes as any byte string does when it is packed, and is no value of the type when it is read.
    #expect(try format.pack([1, 2] as [2 of UInt8], [9] as [1 of UInt8]) == [1, 2, 0, 0])
    #expect(
      refusal { () throws(PackingError) in
        _ = try format.unpack([2 of UInt8].self, PackedValue.self, from: [1, 2, 3, 0])
      } == .wrongType)
    let wide = try BinaryFormat("300s")
    let packed = try wide.pack([300 of UInt8](repeating: 5))
    #expect(packed == [UInt8](repeating: 5, count: 300))
    #expect(try wide.unpack([300 of UInt8].self, from: packed)[299] == 5)
  }

  enum Operation: UInt8, PackedConvertible {
    case read = 1
    case write
  }

  /// None of its numbers is 0 or 1.
  enum Method: Int, PackedConvertible {
    case password = 5
  }

  /// A reference, and a type that a field's value never is.
  final class Tag: PackedConvertible {
    let text: String
    init(_ text: String) { self.text = text }
    init?(packedValue: PackedValue) {
      guard let bytes = packedValue.bytesValue else { return nil }
      text = String(decoding: bytes, as: UTF8.self)
    }
    var packedValue: PackedValue { .bytes(PackedBytes(text.utf8)) }
  }

  /// A raw value with conversions of its own, which count.
  enum Level: UInt8, PackedConvertible {
    case low = 10
    case high = 20
    init?(packedValue: PackedValue) {
      guard let number = packedValue.integerValue else { return nil }
      self = number < 100 ? .low : .high
    }
    var packedValue: PackedValue { self == .low ? 1 : 200 }
  }

  /// A type of its own: days since 1970 in a `H`.
  struct Day: PackedConvertible, Equatable {
    var number: Int
    init(_ number: Int) { self.number = number }
    init?(packedValue: PackedValue) {
      guard let number = packedValue.integerValue else { return nil }
      self.number = Int(number)
    }
    var packedValue: PackedValue { PackedValue(number) }
  }

  @Test func typesOfOthers() throws {
    let format = try BinaryFormat(">BH")
    let packed = try format.pack(Operation.write, Day(20_000))
    #expect(packed == [2, 78, 32])
    #expect(try format.unpack(Operation.self, Day.self, from: packed) == (.write, Day(20_000)))
    #expect(
      complaint { () throws(PackingError) in _ = try format.unpack(Operation.self, Day.self, from: [3, 0, 0]) }
        == "values[0] of 'B' is 3: Operation has no such value")
    #expect(refusal { () throws(PackingError) in _ = try format.pack(Operation.read, Day(-1)) } == .outOfRange)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Operation.self, Day.self, from: [3, 0, 0]) }
        == .outOfRange)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Method.self, Day.self, from: [3, 0, 0]) }
        == .outOfRange)
    #expect(
      refusal { () throws(PackingError) in _ = try format.unpack(Tag.self, Day.self, from: [3, 0, 0]) } == .wrongType)
    let text = try BinaryFormat("3s")
    #expect(try text.pack(Tag("abc")) == bytes("abc"))
    #expect(try text.unpack(Tag.self, from: bytes("abc")).text == "abc")
    let levels = try BinaryFormat("2B")
    #expect(try levels.pack(Level.high, Level.low) == [200, 1])
    #expect(try levels.unpack(Level.self, Level.self, from: [99, 100]) == (.low, .high))
  }

  /// Numbers of other widths go the short way, and it has the same limits: each type at the ends of each field.
  @Test(arguments: ["<", ">", "="])
  func numbersOfOtherWidths(order: String) throws {
    func check<Number: FixedWidthInteger & PackedConvertible>(_ type: Number.Type) throws {
      for code in "bBhHiIqQ?efdc" {
        let format = try BinaryFormat(order + "x\(code)")
        for pattern in [0x00, 0x01, 0x7F, 0x80, 0xFF] as [UInt8] {
          let packed = [0] + [UInt8](repeating: pattern, count: format.size - 1)
          let value = try format.unpack(from: packed)[0]
          var typed: Number?
          do throws(PackingError) { typed = try format.unpack(type, from: packed) } catch {}
          #expect(typed == value.integerValue.flatMap { Number(exactly: $0) } || code == "c" && type == UInt8.self)
        }
        for number in [0, 1, 127, 128, .min, .max] as [Number] {
          let dynamic = result { () throws(PackingError) in try format.pack(values: [PackedValue(number)]) }
          let typed = result { () throws(PackingError) in try format.pack(number) }
          #expect(typed == dynamic || code == "c" && type == UInt8.self, "\(code) \(number)")
        }
      }
    }
    try check(Int8.self)
    try check(Int16.self)
    try check(Int32.self)
    try check(Int64.self)
    try check(Int.self)
    try check(Int128.self)
    try check(UInt8.self)
    try check(UInt16.self)
    try check(UInt32.self)
    try check(UInt64.self)
    try check(UInt.self)
  }

  @Test func floatsOfOtherWidths() throws {
    for text in ["<f", ">f", "@f", "<d", ">d", "<e"] {
      let format = try BinaryFormat(text)
      for number in [0, -0.0, 1.5, 65504, 65520, 3.5e38, -1e300, .infinity, -.infinity, 1e-45] as [Double] {
        let dynamic = result { () throws(PackingError) in try format.pack(values: [.float(number)]) }
        #expect(result { () throws(PackingError) in try format.pack(number) } == dynamic, "\(text) \(number)")
        guard case .success(let packed) = dynamic else { continue }
        let value = try #require(try format.unpack(from: packed)[0].doubleValue)
        #expect(try format.unpack(Double.self, from: packed) == value)
        #expect(try format.unpack(Float.self, from: packed) == Float(value))
        #expect(try format.unpack(Float16.self, from: packed) == Float16(value))
      }
    }
  }

  private func result(_ body: () throws(PackingError) -> [UInt8]) -> Result<[UInt8], PackingError> {
    do throws(PackingError) { return .success(try body()) } catch { return .failure(error) }
  }

  /// A pointer takes negative numbers too, as in Python.
  @Test func pointers() throws {
    let format = try BinaryFormat("P")
    #expect(try format.pack(-1) == [UInt8](repeating: 255, count: 8))
    #expect(try format.unpack(UInt.self, from: format.pack(-1)) == .max)
    #expect(try format.unpack(Int.self, from: format.pack(7)) == 7)
  }

  /// Bits of floating-point numbers that are no numbers stay as they are.
  @Test func bitsAreKept() throws {
    let signalling = Float(bitPattern: 0x7F80_0001)
    let packed = try BinaryFormat(">f").pack(signalling)
    #expect(packed == [0x7F, 0x80, 0, 1])
    #expect(try BinaryFormat(">f").unpack(Float.self, from: packed).bitPattern == 0x7F80_0001)
    #expect(try BinaryFormat(">e").pack(Float16(bitPattern: 0x7D01)) == [0x7D, 1])
  }

  @Test func sourcesAndTargets() throws {
    let format = try BinaryFormat(">HB")
    let array: [UInt8] = [0, 1, 2, 3, 4, 5]
    #expect(try format.unpack(UInt16.self, UInt8.self, from: array[1...3]) == (0x0102, 3))
    #expect(try format.unpack(UInt16.self, UInt8.self, from: array.span.bytes, at: 3) == (0x0304, 5))
    #expect(try format.unpack(from: array[3...]) == [0x0304, 5])
    let fromPointer = try array.withUnsafeBytes { try format.unpack(UInt16.self, UInt8.self, from: $0, at: 1) }
    #expect(fromPointer == (0x0102, 3))

    let contiguous = ContiguousArray(array[0..<3])
    #expect(try format.unpack(UInt16.self, UInt8.self, from: contiguous) == (0x0001, 2))
    #expect(try format.unpack(UInt16.self, UInt8.self, from: PackedBytes(array[0..<3])) == (0x0001, 2))
    let slice = array[1...3]
    let fromSpan = try format.unpack(UInt16.self, UInt8.self, from: slice.span)
    #expect(fromSpan == (0x0102, 3))

    var target = array[...]
    try format.pack(UInt16(0x0A0B), UInt8(0x0C), into: &target, at: 1)
    #expect(target == [0, 10, 11, 12, 4, 5])
    var buffer = array
    try buffer.withUnsafeMutableBytes { all in
      var all = all
      try format.pack(UInt16(0x0A0B), UInt8(0x0C), into: &all, at: 2)
    }
    #expect(buffer == [0, 1, 10, 11, 12, 5])
    var inline: [3 of UInt8] = [0, 0, 0]
    var elements = inline.mutableSpan
    var span = elements.mutableBytes
    try format.pack(UInt16(0x0A0B), UInt8(0x0C), into: &span)
    try format.pack(values: [0x0A0B, 0x0C], into: &span)
    // What can be written to can be read again.
    let typedAgain = try format.unpack(UInt16.self, UInt8.self, from: span)
    let again = try format.unpack(from: span, at: 0)
    #expect(typedAgain == (0x0A0B, 0x0C) && again == [0x0A0B, 0x0C])
    #expect(inline[0] == 10 && inline[2] == 12)
    try format.pack(UInt16(1), UInt8(2), into: &inline)
    #expect(try format.unpack(UInt16.self, UInt8.self, from: inline) == (1, 2))
    var copy = contiguous
    try format.pack(UInt16(0x0203), UInt8(4), into: &copy)
    #expect(copy == [2, 3, 4])
    var mutable = copy.mutableSpan
    try format.pack(UInt16(0x0304), UInt8(5), into: &mutable)
    let fromMutable = try format.unpack(UInt16.self, UInt8.self, from: mutable)
    #expect(fromMutable == (0x0304, 5))
  }
}
