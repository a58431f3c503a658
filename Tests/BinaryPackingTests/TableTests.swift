import BinaryPacking
import Testing

/// The cases of CPython's `test_struct.py`, in our own words.
@Suite("CPython's own cases")
struct TableTests {
  static let orders = ["", "@", "=", "<", ">", "!"]

  /// Code, value, big-endian bytes, and whether the value comes back.
  static let features: [(String, PackedValue, [UInt8], Bool)] = [
    ("c", .bytes("a"), bytes("a"), true), ("xc", .bytes("a"), bytes("\0a"), true),
    ("cx", .bytes("a"), bytes("a\0"), true), ("s", .bytes("a"), bytes("a"), true),
    ("0s", .bytes("helloworld"), [], false), ("1s", .bytes("helloworld"), bytes("h"), false),
    ("9s", .bytes("helloworld"), bytes("helloworl"), false), ("10s", .bytes("helloworld"), bytes("helloworld"), true),
    ("11s", .bytes("helloworld"), bytes("helloworld\0"), false),
    ("20s", .bytes("helloworld"), bytes("helloworld" + String(repeating: "\0", count: 10)), false),
    ("b", 7, [7], true), ("b", -7, [249], true), ("B", 7, [7], true), ("B", 249, [249], true),
    ("h", 700, [2, 188], true), ("h", -700, [253, 68], true), ("H", 700, [2, 188], true),
    ("H", 64836, [253, 68], true), ("i", 70_000_000, [4, 44, 29, 128], true),
    ("i", -70_000_000, [251, 211, 226, 128], true), ("I", 70_000_000, [4, 44, 29, 128], true),
    ("I", 4_224_967_296, [251, 211, 226, 128], true), ("l", 70_000_000, [4, 44, 29, 128], true),
    ("l", -70_000_000, [251, 211, 226, 128], true), ("L", 70_000_000, [4, 44, 29, 128], true),
    ("L", 4_224_967_296, [251, 211, 226, 128], true), ("f", 2.0, [64, 0, 0, 0], true),
    ("d", 2.0, [64, 0, 0, 0, 0, 0, 0, 0], true), ("f", -2.0, [192, 0, 0, 0], true),
    ("d", -2.0, [192, 0, 0, 0, 0, 0, 0, 0], true), ("?", 0, [0], false), ("?", 3, [1], false),
    ("?", true, [1], true), ("?", .bytes(""), [0], false), ("?", .bytes("\0"), [1], false),
  ]

  @Test(arguments: features)
  func eachCode(code: String, value: PackedValue, big: [UInt8], returns: Bool) throws {
    // All of the multi-byte rows have one number, and the others are the same in both orders.
    let isNumber = "hHiIlLfd".contains(code)
    for order in [">", "!", "<", "="] {
      let isLittle = order == "<" || order == "=" && UInt16(1).littleEndian == 1
      let format = try BinaryFormat(order + code)
      let packed = try format.pack(values: [value])
      #expect(packed == (isNumber && isLittle ? big.reversed() : big))
      #expect(format.size == packed.count)
      #expect(try format.unpack(from: packed) == [value] || !returns)
    }
  }

  @Test(arguments: orders)
  func transitiveness(order: String) throws {
    let values: [PackedValue] = [.bytes("a"), 1, 255, 65535, 65536, 3.1415, 3.1415, true]
    for codes in ["xcbhilfd?", "xcBHILfd?"] {
      let format = try BinaryFormat(order + codes)
      let back = try format.unpack(from: try format.pack(values: values))
      #expect(Array(back[..<5]) == Array(values[..<5]))
      #expect(back[5] == .float(Double(Float(3.1415))))
      #expect(Array(back[6...]) == Array(values[6...]))
    }
  }

  @Test func consistence() throws {
    let once = try BinaryFormat("cbxxxxxxhhhhiillffd?").size
    #expect(try BinaryFormat("3c3b18x12h6i6l6f3d3?").size == 3 * once)
    let three = try BinaryFormat("iii")
    let one = try BinaryFormat("i")
    #expect(refusal { () throws(PackingError) in _ = try three.pack(values: [3]) } == .wrongCount)
    #expect(refusal { () throws(PackingError) in _ = try one.pack(values: [3, 3, 3]) } == .wrongCount)
    #expect(refusal { () throws(PackingError) in _ = try one.pack(values: [.bytes("foo")]) } == .wrongType)
    let pointer = try BinaryFormat("P")
    #expect(refusal { () throws(PackingError) in _ = try pointer.pack(values: [.bytes("foo")]) } == .wrongType)
    let double = try BinaryFormat("d")
    #expect(refusal { () throws(PackingError) in _ = try double.unpack(from: bytes("flap")) } == .wrongSize)
    let two = try BinaryFormat("ii").pack(values: [1, 2])
    #expect(refusal { () throws(PackingError) in _ = try three.unpack(from: two) } == .wrongSize)
    #expect(refusal { () throws(PackingError) in _ = try one.unpack(from: two) } == .wrongSize)
  }

  /// Each integer code around each power of two, in range and out of it.
  @Test(arguments: "bBhHiIlLqQnN")
  func integers(code: Character) throws {
    for order in Self.orders where !"nN".contains(code) || order.isEmpty || order == "@" {
      let format = try BinaryFormat(order + String(code))
      let bits = Int128(8 * format.size)
      let isSigned = code.isLowercase
      let range = isSigned ? -1 << (bits - 1)...1 << (bits - 1) - 1 : 0...1 << bits - 1 as ClosedRange<Int128>
      var bases = (0..<Int(bits) + 3).map { Int128(1) << Int128($0) }
      bases += [300, 700_000, Int128(Int.max) * 4]
      for base in bases {
        for value in [-base - 1, -base, -base + 1, base - 1, base, base + 1] {
          guard range.contains(value) else {
            let message = complaint { () throws(PackingError) in _ = try format.pack(values: [.integer(value)]) }
            #expect(message.contains("requires \(range.lowerBound) <= number <= \(range.upperBound)"))
            continue
          }
          let packed = try format.pack(values: [.integer(value)])
          let isLittle = order == "<" || ![">", "!"].contains(order) && UInt16(1).littleEndian == 1
          let big = (0..<format.size).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * Int128($0))) }
          #expect(packed == (isLittle ? big.reversed() : big))
          #expect(try format.unpack(from: packed) == [.integer(value)])
          #expect(refusal { () throws(PackingError) in _ = try format.unpack(from: [1] + packed) } == .wrongSize)
        }
      }
      for value: PackedValue in [1.0, 1.5, .bytes("a")] {
        #expect(refusal { () throws(PackingError) in _ = try format.pack(values: [value]) } == .wrongType)
      }
    }
  }

  @Test(arguments: [
    ("p", "abc", "\u{0}", ""), ("1p", "abc", "\u{0}", ""), ("2p", "abc", "\u{1}a", "a"),
    ("3p", "abc", "\u{2}ab", "ab"), ("4p", "abc", "\u{3}abc", "abc"), ("5p", "abc", "\u{3}abc\0", "abc"),
    ("6p", "abc", "\u{3}abc\0\0", "abc"),
  ])
  func pascalStrings(text: String, value: String, packed: String, back: String) throws {
    let format = try BinaryFormat(text)
    #expect(try format.pack(values: [.bytes(PackedBytes(value.utf8))]) == bytes(packed))
    #expect(try format.unpack(from: bytes(packed)) == [.bytes(PackedBytes(back.utf8))])
  }

  @Test func longPascalStrings() throws {
    let format = try BinaryFormat("1000p")
    let packed = try format.pack(values: [.bytes(PackedBytes([UInt8](repeating: 120, count: 1000)))])
    #expect(packed == [255] + [UInt8](repeating: 120, count: 999))
    #expect(try format.unpack(from: packed) == [.bytes(PackedBytes([UInt8](repeating: 120, count: 255)))])
    // A length that lies is cut to the field.
    #expect(try BinaryFormat("5p").unpack(from: bytes("\u{7F}abcd")) == [.bytes("abcd")])
    // CPython writes out of bounds here, or fails with a SystemError.
    #expect(try BinaryFormat("0p3s").pack(values: [.bytes("abc"), .bytes("xyz")]) == bytes("xyz"))
    #expect(try BinaryFormat("0p3s").unpack(from: bytes("xyz")) == [.bytes(""), .bytes("xyz")])
  }

  /// Bug 705836: rounding up must carry into the exponent once.
  @Test func floatRounding() throws {
    for base in 1...32 {
      let smaller = Double(base).nextDown
      for order in ["<", ">"] {
        let format = try BinaryFormat(order + "f")
        #expect(try format.unpack(from: try format.pack(values: [.float(smaller)])) == [.float(Double(base))])
      }
    }
    let format = try BinaryFormat(">f")
    let largest = Double(Float.greatestFiniteMagnitude)
    #expect(try format.unpack(from: format.pack(values: [.float(largest)])) == [.float(largest)])
    let over = Double(1 << 25 - 1) * 0x1p103
    #expect(refusal { () throws(PackingError) in _ = try format.pack(values: [.float(over)]) } == .outOfRange)
    // In native formats it is C's cast.
    #expect(try BinaryFormat("f").unpack(from: BinaryFormat("f").pack(values: [.float(over)])) == [.float(.infinity)])
  }

  @Test func unpackingAtAnOffset() throws {
    let format = try BinaryFormat("4s")
    let data = bytes("abcd01234")
    #expect(try format.unpack(from: data, at: 0) == [.bytes("abcd")])
    #expect(try format.unpack(from: data, at: 2) == [.bytes("cd01")])
    for offset in 0..<6 {
      #expect(try format.unpack(from: data, at: offset) == [.bytes(PackedBytes(data[offset..<offset + 4]))])
    }
    for offset in 6...9 {
      #expect(refusal { () throws(PackingError) in _ = try format.unpack(from: data, at: offset) } == .bufferTooSmall)
    }
  }

  @Test func packingAtAnOffset() throws {
    let text = bytes("Reykjavik rocks, eow!")
    let format = try BinaryFormat("21s")
    var buffer = [UInt8](repeating: 32, count: 100)
    try format.pack(values: [.bytes(PackedBytes(text))], into: &buffer)
    #expect(Array(buffer[..<21]) == text)
    try format.pack(values: [.bytes(PackedBytes(text))], into: &buffer, at: 10)
    #expect(Array(buffer[..<31]) == text[..<10] + text)
    #expect(Array(buffer[31...]) == [UInt8](repeating: 32, count: 69))
    var small = [UInt8](repeating: 32, count: 10)
    for offset in [0, 2] {
      #expect(
        refusal { () throws(PackingError) in
          try format.pack(values: [.bytes(PackedBytes(text))], into: &small, at: offset)
        } == .bufferTooSmall)
    }
    #expect(small == [UInt8](repeating: 32, count: 10))
  }

  @Test(arguments: ["", "=", "<", ">", "!"])
  func truth(order: String) throws {
    let no: [PackedValue] = [.bytes(""), 0, 0.0, -0.0, false]
    let yes: [PackedValue] = [.bytes("test"), 5, -1, 4_294_967_296, 2_147_483_647.5, .float(.nan), true]
    for (values, truth) in [(no, false), (yes, true)] {
      let format = try BinaryFormat(order + String(repeating: "?", count: values.count))
      let packed = try format.pack(values: values)
      #expect(packed == values.map { _ in truth ? 1 : 0 })
      #expect(try format.unpack(from: packed) == values.map { _ in .bool(truth) })
    }
    for byte: UInt8 in [1, 0x7F, 0xFF, 0x0F, 0xF0] {
      #expect(try BinaryFormat(order + "?").unpack(from: [byte]) == [true])
    }
  }

  @Test func messagesWithTheNumbers() throws {
    func packing(_ text: String, _ value: PackedValue, _ length: Int, _ offset: Int) throws -> String {
      let format = try BinaryFormat(text)
      var buffer = [UInt8](repeating: 0, count: length)
      return complaint { () throws(PackingError) in try format.pack(values: [value], into: &buffer, at: offset) }
    }
    func unpacking(_ text: String, _ length: Int, _ offset: Int) throws -> String {
      let format = try BinaryFormat(text)
      let buffer = [UInt8](repeating: 0, count: length)
      return complaint { () throws(PackingError) in _ = try format.unpack(from: buffer, at: offset) }
    }
    let tail = "bytes at offset 5 (actual buffer size is 1)"
    #expect(try packing("b", 1, 1, 5) == "pack_into requires a buffer of at least 6 bytes for packing 1 \(tail)")
    #expect(try unpacking("b", 1, 5) == "unpack_from requires a buffer of at least 6 bytes for unpacking 1 \(tail)")
    #expect(try packing("<I", 123, 10, -2) == "no space to pack 4 bytes at offset -2")
    #expect(try packing("<B", 123, 10, -11) == "offset -11 out of range for 10-byte buffer")
    #expect(try unpacking("<I", 10, -2) == "not enough data to unpack 4 bytes at offset -2")
    #expect(try unpacking("<B", 10, -11) == "offset -11 out of range for 10-byte buffer")
    let far = "4 bytes at offset 9223372036854775807 (actual buffer size is 10)"
    #expect(
      try packing("<I", 1, 10, .max)
        == "pack_into requires a buffer of at least 9223372036854775811 bytes for packing \(far)")
    #expect(
      try unpacking("<I", 10, .max)
        == "unpack_from requires a buffer of at least 9223372036854775811 bytes for unpacking \(far)")
    let unsigned = try BinaryFormat("H")
    for number: PackedValue in [70000, -1] {
      let message = complaint { () throws(PackingError) in _ = try unsigned.pack(values: [number]) }
      #expect(message == "'H' format requires 0 <= number <= 65535: values[0] is \(number)")
    }
    let signed = try BinaryFormat("xh")
    for number: PackedValue in [70000, -70000] {
      let message = complaint { () throws(PackingError) in _ = try signed.pack(values: [number]) }
      #expect(message == "'h' format requires -32768 <= number <= 32767: values[0] is \(number)")
    }
  }

  /// Of binary16: bits, number, and whether the bits come back.
  @Test(
    arguments: [
      (0x3C00, 1.0, true), (0xC000, -2.0, true), (0x7BFF, 65504, true), (0x0400, 0x1p-14, true),
      (0x0001, 0x1p-24, true), (0x0000, 0.0, true), (0x8000, -0.0, true), (0x7C00, .infinity, true),
      (0xFC00, -.infinity, true), (0x3555, 0.333251953125, true), (0x0001, 0x1p-25 + 0x1p-35, false),
      (0x0000, 0x1p-25, false), (0x0000, 0x1p-26, false), (0x03FF, 0x1p-14 - 0x1p-24, true),
      (0x03FF, 0x1p-14 - 0x1p-25 - 0x1p-65, false), (0x0400, 0x1p-14 - 0x1p-25, false),
      (0x3C01, 1 + 0x1p-11 + 0x1p-16, false), (0x3C00, 1 + 0x1p-11, false), (0x3C00, 1 + 0x1p-12, false),
      (0x7BFF, 65519, false), (0x8001, -0x1p-25 - 0x1p-35, false), (0x8000, -0x1p-25, false),
      (0x8000, -0x1p-26, false), (0xBC01, -1 - 0x1p-11 - 0x1p-16, false), (0xBC00, -1 - 0x1p-11, false),
      (0xBC00, -1 - 0x1p-12, false), (0xFBFF, -65519, false), (0x67FF, Double(0x1F_FDFF_FFFF) * 0x1p-26, false),
    ] as [(UInt16, Double, Bool)])
  func halfPrecision(bits: UInt16, number: Double, returns: Bool) throws {
    for order in ["<", ">"] {
      let format = try BinaryFormat(order + "e")
      let packed = try BinaryFormat(order + "H").pack(bits)
      #expect(try format.pack(values: [.float(number)]) == packed)
      if returns {
        let back = try format.unpack(from: packed)[0].doubleValue
        #expect(back?.bitPattern == number.bitPattern)
      }
    }
  }

  @Test func halfPrecisionLimits() throws {
    for order in ["<", ">", ""] {
      let format = try BinaryFormat(order + "e")
      for number in [65520, 65536, 1e300, -65520, -65536, -1e300] {
        #expect(refusal { () throws(PackingError) in _ = try format.pack(values: [.float(number)]) } == .outOfRange)
      }
      for bits: UInt16 in [0xFC01, 0xFE00, 0xFFFF, 0x7C01, 0x7E00, 0x7FFF] {
        let packed = try BinaryFormat(order + "H").pack(bits)
        #expect(try format.unpack(from: packed)[0].doubleValue?.isNaN == true)
      }
    }
    #expect(try BinaryFormat(">e").pack(values: [.float(.nan)]) == [0x7E, 0])
    #expect(try BinaryFormat(">e").pack(values: [.float(-.nan)]) == [0xFE, 0])
  }
}
