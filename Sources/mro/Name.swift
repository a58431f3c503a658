/// The name of a class: bytes of UTF-8.
///
/// Not a `String`, which takes two spellings of one accented letter for the same: names are the same
/// when their bytes are.
struct Name: Hashable, Sendable, CustomStringConvertible {
  let bytes: [UInt8]

  var description: String { String(decoding: bytes, as: UTF8.self) }
}
