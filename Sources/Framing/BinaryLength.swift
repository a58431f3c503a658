/// A binary length while its bytes arrive. Nothing is buffered: each byte goes into the value.
struct BinaryLength: Sendable {
  private var value: UInt64 = 0
  private(set) var received = 0

  init() {}

  /// Takes bytes of the length; returns it when its last byte is there.
  mutating func take(
    _ input: RawSpan, from offset: inout Int, width: Int, byteOrder: ByteOrder
  ) -> UInt64? {
    while received < width {
      guard offset < input.byteCount else { return nil }
      let byte = UInt64(input[byte: offset])
      switch byteOrder {
      case .littleEndian: value |= byte &<< UInt64(8 * received)
      case .bigEndian: value = value &<< 8 | byte
      }
      offset += 1
      received += 1
    }
    return value
  }

  /// Appends a length in its binary form.
  static func append(
    _ length: UInt64, width: Int, byteOrder: ByteOrder, to output: inout [UInt8]
  ) {
    for index in 0..<width {
      let shift = byteOrder == .littleEndian ? index : width - 1 - index
      output.append(UInt8(truncatingIfNeeded: length >> UInt64(8 * shift)))
    }
  }
}
