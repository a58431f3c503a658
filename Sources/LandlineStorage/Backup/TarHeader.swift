/// The block before a file in a tar archive (POSIX.1-1988 "ustar", `man 5 tar`), which every tar reads.
struct TarHeader {
  static let blockSize = 512
  /// What stands at an archive's end.
  static let end = [UInt8](repeating: 0, count: 2 * blockSize)

  /// At most 100 bytes.
  var name: String
  var size: Int64
  /// Seconds since 1970.
  var modified: Int64
  var user: UInt32
  var group: UInt32

  /// The header's 512 bytes: of a plain file that only its owner may read.
  var bytes: [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    func put(_ value: some Sequence<UInt8>, at offset: Int) {
      for (index, byte) in value.enumerated() { block[offset + index] = byte }
    }
    put(name.utf8.prefix(100), at: 0)
    put(Self.octal(0o600, digits: 7), at: 100)
    put(Self.octal(Int64(user), digits: 7), at: 108)
    put(Self.octal(Int64(group), digits: 7), at: 116)
    put(Self.octal(size, digits: 11), at: 124)
    put(Self.octal(max(modified, 0), digits: 11), at: 136)
    put("ustar\u{0}00".utf8, at: 257)
    block[156] = UInt8(ascii: "0")
    // The sum is that of the block with blanks in the sum's place.
    put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
    let sum = block.reduce(0) { $0 + Int64($1) }
    put(Self.octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
    return block
  }

  /// Zeros after the content, up to the next whole block.
  var padding: [UInt8] {
    [UInt8](repeating: 0, count: (Self.blockSize - Int(size % Int64(Self.blockSize))) % Self.blockSize)
  }

  /// Digits, or where they are too few (from 8 GiB on) the number itself, as GNU tar has it: marked by the first bit.
  private static func octal(_ value: Int64, digits: Int) -> [UInt8] {
    let text = Array(String(value, radix: 8).utf8)
    if text.count <= digits { return [UInt8](repeating: UInt8(ascii: "0"), count: digits - text.count) + text }
    let number = (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * (7 - $0))) }
    return [0x80] + [UInt8](repeating: 0, count: max(digits - 8, 0)) + number
  }
}
