extension RawSpan {
  /// The byte at an offset. Traps outside of the span: `unsafeLoad` is "unsafe" for types with
  /// invalid bit patterns, and still checks its bounds.
  @inline(__always)
  subscript(byte offset: Int) -> UInt8 {
    unsafeLoad(fromByteOffset: offset, as: UInt8.self)
  }

  /// A copy of the bytes in a range.
  func copy(of range: Range<Int>) -> [UInt8] {
    extracting(range).withUnsafeBytes { [UInt8]($0) }
  }

  /// The offset of the first byte in a range that equals `byte`.
  func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? {
    var offset = range.lowerBound
    // Eight bytes at a time; a zero byte in `word ^ pattern` is a hit.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let pattern = ones &* UInt64(byte)
    while range.upperBound - offset >= 8 {
      let word = unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self) ^ pattern
      if (word &- ones) & ~word & (ones << 7) != 0 { break }
      offset += 8
    }
    while offset < range.upperBound {
      if self[byte: offset] == byte { return offset }
      offset += 1
    }
    return nil
  }
}

extension [UInt8] {
  /// Appends the bytes in a range of a span.
  mutating func append(_ range: Range<Int>, of span: RawSpan) {
    span.extracting(range).withUnsafeBytes { append(contentsOf: $0) }
  }
}
