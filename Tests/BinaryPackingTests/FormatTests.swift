import BinaryPacking
import Testing

/// What a format says before anything is packed.
@Suite("Formats")
struct FormatTests {
  @Test(arguments: [
    ("", 0, 0), ("<", 0, 0), ("@i", 4, 1), ("i", 4, 1), ("3i", 12, 3), ("iii", 12, 3), ("0i", 0, 0), ("3x", 3, 0),
    ("10s", 10, 1), ("0s", 0, 1), ("5p", 5, 1), ("s", 1, 1), ("<I3sf", 11, 3), ("I3sf", 12, 3), ("<IHBxq8s", 24, 5),
    ("bh", 4, 2), ("=bh", 3, 2), ("<bq", 9, 2), ("bq", 16, 2), ("cP", 16, 2), ("bd", 16, 2), ("be", 4, 2),
    ("bf", 8, 2), ("b?", 2, 2), ("llh0l", 24, 3), ("llh0i", 20, 3), ("<llh0l", 10, 3), ("b0q", 8, 1), ("0qb", 1, 1),
    ("c0n0P", 8, 1), (" i", 4, 1), ("< i", 4, 1), ("i\u{0B}\u{0C}\r\n\t i", 8, 2),
    ("9223372036854775807x", .max, 0), ("9223372036854775807s", .max, 1), ("9223372036854775807b", .max, .max),
    ("9223372036854775800x0q", 9_223_372_036_854_775_800, 0), ("b0s0s", 1, 3),
  ])
  func sizesAndCounts(text: String, size: Int, count: Int) throws {
    let format = try BinaryFormat(text)
    #expect(format.size == size)
    #expect(format.valueCount == count)
    #expect(format.format == text)
    #expect("\(format)" == text)
  }

  @Test(arguments: [
    ("Z", "bad char in struct format: 'Z'"), ("i<", "bad char in struct format: '<'"),
    (" <i", "bad char in struct format: '<'"), ("-1i", "bad char in struct format: '-'"),
    ("5 i", "bad char in struct format: ' '"), ("i\u{1C}i", "bad char in struct format: '\u{1C}'"),
    ("5", "repeat count given without format specifier"), ("c12345", "repeat count given without format specifier"),
    ("14s42", "repeat count given without format specifier"), ("0", "repeat count given without format specifier"),
    ("i\0", "embedded null character"), ("\0", "embedded null character"), ("2\0i", "embedded null character"),
    ("é", "a struct format has ASCII characters only"), ("5\u{A0}i", "a struct format has ASCII characters only"),
    ("<n", "bad char in struct format: 'n'; it is for native formats"),
    (">N", "bad char in struct format: 'N'; it is for native formats"),
    ("=P", "bad char in struct format: 'P'; it is for native formats"), ("!n", "bad char in struct format: 'n'"),
  ])
  func noFormats(text: String, message: String) {
    var thrown: PackingError?
    do throws(PackingError) { _ = try BinaryFormat(text) } catch { thrown = error }
    #expect(thrown?.code == .invalidFormat)
    #expect(thrown?.message.hasPrefix(message) == true, "\(thrown?.message ?? "no error")")
  }

  @Test(arguments: [
    "9223372036854775808b", "4611686018427387903b4611686018427387903H", "9223372036854775807xx",
    "9223372036854775807x0q", "9223372036854775801x0q", "9223372036854775807xq", "4611686018427387904H",
    "99999999999999999999", "9999999999999999999999x5", "9223372036854775807b0s",
  ])
  func moreThanAnIntCounts(text: String) {
    #expect(refusal { () throws(PackingError) in _ = try BinaryFormat(text) } == .sizeOverflow)
  }

  @Test func fields() throws {
    let format = try BinaryFormat("b2h0s xq3s")
    #expect(format.fields.map(\.code) == [.signedChar, .short, .short, .string, .longLong, .string])
    #expect(format.fields.map(\.offset) == [0, 2, 4, 6, 8, 16])
    #expect(format.fields.map(\.size) == [1, 2, 2, 0, 8, 3])
    #expect(format.byteOrder == .native)
    #expect(
      try ["@", "=", "<", ">", "!"].map { try BinaryFormat($0).byteOrder }
        == [.native, .standard, .littleEndian, .bigEndian, .bigEndian])
    #expect(String(FieldCode.allCases.map(\.letter)) == "xcbB?hHiIlLqQnNefdspP")
  }

  @Test func formatsAreTheirText() throws {
    #expect(try BinaryFormat("2i") == BinaryFormat("2i"))
    #expect(try BinaryFormat("2i") != BinaryFormat("ii"))
    #expect(try Set([BinaryFormat("2i"), BinaryFormat("2i"), BinaryFormat("i")]).count == 2)
  }

  /// A format of a million codes takes time and memory by its text; one of a huge count takes neither.
  @Test func longFormats() throws {
    let text = String(repeating: "Bx", count: 500_000)
    let format = try BinaryFormat(text)
    #expect(format.size == 1_000_000)
    #expect(format.valueCount == 500_000)
    #expect(try BinaryFormat("9223372036854775807c").fields.prefix(2).map(\.offset) == [0, 1])
  }
}
