import BinaryPacking

/// A number that does not fit into 4 bytes.
///
/// The format `i`: 4 bytes, signed, in this machine's order. Nothing is wrong with the original.
enum S000StructRange: Script {
  static let about = About("s000_struct_range", "struct.pack(\"i\", n) and its range error")

  static func script(_ settings: Settings) throws {
    let format = try BinaryFormat("i")
    print(Python.repr(try format.pack(1111)))
    do {
      print(Python.repr(try format.pack(1_111_111_111_111)))
    } catch {
      print("struct.error: \(error.message)")
    }
  }
}
