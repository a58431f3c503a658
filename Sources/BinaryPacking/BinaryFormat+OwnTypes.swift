extension BinaryFormat {
  /// The start of a record to be read that is in bounds and whose offset is not negative; nil for all other cases.
  @inlinable @inline(__always)
  func fastStart(at offset: Int?, in byteCount: Int) -> Int? {
    guard let offset else { return byteCount == size ? 0 : nil }
    return holdsRecord(byteCount, at: offset) ? offset : nil
  }

  /// Zeroes what fields of fixed width leave over.
  @inlinable @inline(__always)
  func zeroPadding(_ bytes: inout MutableRawSpan, at start: Int) {
    if layout.hasPadding { zeroRecord(&bytes, at: start) }
  }

  /// Writes a value into a field of its own shape of a record in bounds.
  @inlinable @inline(__always)
  func store<Value: PackedConvertible>(
    _ value: Value, _ index: Int, into bytes: inout MutableRawSpan, at start: Int
  ) {
    value.storeUnchecked(
      into: &bytes, at: start &+ layout.offset(index), width: layout.width(index), isSwapped: isSwapped)
  }

  /// Reads a value from a field of its own shape of a record in bounds.
  @inlinable @inline(__always)
  func load<Value: PackedConvertible>(_ type: Value.Type, _ index: Int, from bytes: RawSpan, at start: Int) -> Value {
    Value.loadUnchecked(
      from: bytes, at: start &+ layout.offset(index), width: layout.width(index), isSwapped: isSwapped)
  }
}
