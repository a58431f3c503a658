import BinaryPacking

/// Messages of any length, and the lengths themselves, which always have four bytes: that is why they make a header.
///
/// Nothing is wrong with the original.
enum S003StructLengths: Script {
  static let about = About("s003_struct_lengths", "struct.pack: a length of any message is 4 bytes")

  static func script(_ settings: Settings) throws {
    for message in ["a message, 20 bytes.", "and this one is 32 bytes long..."] {
      let header = try BinaryFormat("i").pack(message.utf8.count)
      print(try BinaryFormat("i").unpack(Int.self, from: header))
      print(header.count)
    }
  }
}
