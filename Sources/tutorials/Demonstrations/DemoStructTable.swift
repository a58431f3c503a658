import BinaryPacking

/// The table of struct's codes: sizes, native and standard, and what each whole number's range is.
enum DemoStructTable: Script {
  static let about = About("demo_struct_table", "the table of struct's codes, with sizes and range errors")

  static func script(_ settings: Settings) throws {
    for code in FieldCode.allCases {
      let native = try BinaryFormat("\(code.letter)")
      let standard = (try? BinaryFormat("<\(code.letter)")).map { "\($0.size)" } ?? "-"
      print("\(code.letter) native \(native.size) standard \(standard)\(try range(native))")
    }
    let padded = try BinaryFormat("bq")
    print("bq native \(padded.size), aligned; standard \(try BinaryFormat("<bq").size), not")
    for order in ["<", ">", "!"] {
      print("\(order)I of 1:", Python.repr(try BinaryFormat("\(order)I").pack(UInt32(1))))
    }
  }

  /// What a number too large for all of them is told.
  private static func range(_ format: BinaryFormat) throws -> String {
    do {
      _ = try format.pack(values: [PackedValue.integer(1 << 100)])
      return ""
    } catch {
      return error.code == .outOfRange ? "; \(error.message)" : ""
    }
  }
}
