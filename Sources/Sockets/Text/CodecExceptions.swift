/// Where Python's codec and `iconv` differ, by the encoding's bytes and Unicode's scalars.
enum CodecExceptions: Hashable, Sendable {
  /// None.
  case none
  /// Byte 0x80, and the euro sign: `iconv` takes GBK for CP936, which has it.
  case gbk
  /// Scalars that the editions of GB 18030 have at different places.
  case gb18030

  /// An exception at the beginning of bytes.
  enum Match {
    /// So many bytes are this scalar.
    case scalar(UInt32, length: Int)
    /// The bytes are no character.
    case malformed
  }

  /// The end of the bytes in front of the next exception: what `iconv` can be asked about.
  ///
  /// - Parameter window: how many bytes to look at, at least one character: malformed input makes the caller ask anew at
  ///   each byte.
  func endOfPlainRun(in bytes: UnsafeRawBufferPointer, window: Int) -> Int {
    guard self != .none else { return bytes.count }
    var offset = 0
    while offset < bytes.count {
      let length: Int
      if bytes[offset] < 0x80 {
        length = 1
      } else {
        if match(UnsafeRawBufferPointer(rebasing: bytes[offset...])) != nil { return offset }
        length = characterLength(bytes, offset)
      }
      if offset > 0, offset + length > window { return offset }
      offset += length
    }
    return bytes.count
  }

  /// The exception that bytes begin with; nil when they begin with none.
  func match(_ bytes: UnsafeRawBufferPointer) -> Match? {
    guard let first = bytes.first, first >= 0x80 else { return nil }
    switch self {
    case .none: return nil
    case .gbk: return first == 0x80 ? .malformed : nil
    case .gb18030:
      let length = characterLength(bytes, 0)
      guard [0x81, 0x82, 0x84, 0x95, 0x96, 0x97, 0xA6, 0xA8, 0xFE].contains(first), bytes.count >= length else {
        return nil
      }
      let code = bytes.prefix(length).reduce(0) { $0 << 8 | UInt32($1) }
      return Self.gb18030Rows.first { $0.bytes == code }.map { .scalar($0.scalar, length: length) }
    }
  }

  /// How a scalar is written instead; nil when `iconv` may write it, empty when the encoding does not have it.
  func bytes(of scalar: UInt32) -> [UInt8]? {
    switch self {
    case .none: return nil
    case .gbk: return scalar == 0x20AC ? [] : nil
    case .gb18030:
      switch scalar {
      case 0x1E3F, 0x9FB4...0x9FBB, 0xE78D...0xE864, 0xFE10...0xFE19, 0x20087...0x241FE:
        guard let code = Self.gb18030Rows.first(where: { $0.scalar == scalar })?.bytes else { return nil }
        return withUnsafeBytes(of: code.bigEndian) { Array($0.drop { $0 == 0 }) }
      default: return nil
      }
    }
  }

  /// How long a character is, from its first bytes on: 2, or in GB 18030 4 when its second byte is a digit.
  private func characterLength(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> Int {
    guard self == .gb18030, offset + 1 < bytes.count else { return 2 }
    return (0x30...0x39).contains(bytes[offset + 1]) ? 4 : 2
  }

  private static let gb18030Rows: [(bytes: UInt32, scalar: UInt32)] = [
    (0xA6D9, 0xE78D), (0xA6DA, 0xE78E), (0xA6DB, 0xE78F), (0xA6DC, 0xE790), (0xA6DD, 0xE791), (0xA6DE, 0xE792),
    (0xA6DF, 0xE793), (0xA6EC, 0xE794), (0xA6ED, 0xE795), (0xA6F3, 0xE796), (0xA8BC, 0xE7C7), (0xFE51, 0xE816),
    (0xFE52, 0xE817), (0xFE53, 0xE818), (0xFE59, 0xE81E), (0xFE61, 0xE826), (0xFE66, 0xE82B), (0xFE67, 0xE82C),
    (0xFE6C, 0xE831), (0xFE6D, 0xE832), (0xFE76, 0xE83B), (0xFE7E, 0xE843), (0xFE90, 0xE854), (0xFE91, 0xE855),
    (0xFEA0, 0xE864), (0x8135_F437, 0x1E3F), (0x8235_9037, 0x9FB4), (0x8235_9038, 0x9FB5), (0x8235_9039, 0x9FB6),
    (0x8235_9130, 0x9FB7), (0x8235_9131, 0x9FB8), (0x8235_9132, 0x9FB9), (0x8235_9133, 0x9FBA), (0x8235_9134, 0x9FBB),
    (0x8431_8236, 0xFE10), (0x8431_8237, 0xFE11), (0x8431_8238, 0xFE12), (0x8431_8239, 0xFE13), (0x8431_8330, 0xFE14),
    (0x8431_8331, 0xFE15), (0x8431_8332, 0xFE16), (0x8431_8333, 0xFE17), (0x8431_8334, 0xFE18), (0x8431_8335, 0xFE19),
    (0x9532_9031, 0x20087), (0x9532_9033, 0x20089), (0x9532_9730, 0x200CC), (0x9536_B937, 0x215D7),
    (0x9630_BA35, 0x2298F),
    (0x9635_B630, 0x241FE),
  ]
}
