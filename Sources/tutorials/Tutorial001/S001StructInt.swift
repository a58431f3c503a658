import BinaryPacking

/// A number in 4 bytes, and back. Nothing is wrong with the original.
enum S001StructInt: Script {
  static let about = About("s001_struct_int", "struct.pack(\"i\", 199) and back")

  static func script(_ settings: Settings) throws {
    let format = try BinaryFormat("i")
    let bytes = try format.pack(199)
    print(Python.repr(bytes))
    print(PythonValue.tuple([.integer(try format.unpack(Int.self, from: bytes))]).repr)
  }
}
