import BinaryPacking

/// Two records in one buffer: sizes, padding, and what a float of 4 bytes makes of 2.7.
///
/// `I3sf` is 12 bytes for its 11, since a float begins at a multiple of 4. Nothing is wrong with the original.
enum S000StructPackInto: Script {
  static let about = About("s000_struct_pack_into", "struct sizes, pack_into, unpack_from")

  static func script(_ settings: Settings) throws {
    let first = try BinaryFormat("I3sf")
    let second = try BinaryFormat("4sI")
    print(first.size, second.size)
    var buffer = [UInt8](repeating: 0, count: first.size + second.size)
    print("before", hex(buffer))
    try first.pack(UInt32(1), PackedBytes("abc"), Float(2.7), into: &buffer, at: 0)
    try second.pack(PackedBytes("defg"), UInt32(101), into: &buffer, at: first.size)
    print("after", hex(buffer))
    let (number, name, score) = try first.unpack(Int.self, [UInt8].self, Double.self, from: buffer, at: 0)
    print(PythonValue.tuple([.integer(number), .bytes(name), .float(score)]).repr)
    let (word, count) = try second.unpack([UInt8].self, Int.self, from: buffer, at: first.size)
    print(PythonValue.tuple([.bytes(word), .integer(count)]).repr)
    let third = try BinaryFormat("ii")
    try third.pack(Int32(123), Int32(123), into: &buffer, at: 0)
    print("after", hex(buffer))
    let (left, right) = try third.unpack(Int.self, Int.self, from: buffer, at: 0)
    print(PythonValue.tuple([.integer(left), .integer(right)]).repr)
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    Python.repr(bytes.map { Python.hex(UInt32($0), digits: 2) }.joined().utf8)
  }
}
