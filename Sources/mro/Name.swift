/// The name of a class.
///
/// Kept as it is printed, for a name comes back once for each class below it: ten thousand times in a chain of as many.
/// Not a `String`, which takes two spellings of one accented letter for the same: names are the same when their bytes
/// are.
struct Name: Hashable, Sendable, CustomStringConvertible {
  /// A JSON string, in quotes; a name has only one.
  let json: [UInt8]

  /// - Parameter bytes: UTF-8.
  init(bytes: [UInt8]) { json = JSONWriter.quoted(bytes) }

  /// The name itself, for messages.
  var description: String {
    var bytes: [UInt8] = []
    var rest = json.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        bytes.append(byte)
        continue
      }
      // ``JSONWriter`` knows three: `\"`, `\\`, and `\u00` with two digits.
      if escape == UInt8(ascii: "u") {
        bytes.append(UInt8(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) ?? 0)
        rest = rest.dropFirst(4)
      } else {
        bytes.append(escape)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
