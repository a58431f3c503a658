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
    value.store(into: &bytes, own: layout.place(Value.self, index, start: start, isSwapped: isSwapped))
  }

  /// Writes a value into any field of a record in bounds; false if its ``PackedConvertible/packedValue`` is needed.
  @inlinable @inline(__always)
  func convert<Value: PackedConvertible>(
    _ value: Value, _ index: Int, into bytes: inout MutableRawSpan, at start: Int
  ) -> Bool {
    let place = layout.place(Value.self, index, start: start, isSwapped: isSwapped)
    guard Value.shape.field.fits(layout.shape(index)) else { return value.store(into: &bytes, converted: place) }
    value.store(into: &bytes, own: place)
    return true
  }

  /// Reads a value from a field of its own shape of a record in bounds.
  @inlinable @inline(__always)
  func load<Value: PackedConvertible>(_ type: Value.Type, _ index: Int, from bytes: RawSpan, at start: Int) -> Value {
    Value.load(from: bytes, own: layout.place(type, index, start: start, isSwapped: isSwapped))
  }

  /// Reads a value from any field of a record in bounds; nil if the type has none for it.
  @inlinable @inline(__always)
  func convert<Value: PackedConvertible>(
    _ type: Value.Type, _ index: Int, from bytes: RawSpan, at start: Int
  ) -> Value? {
    let place = layout.place(type, index, start: start, isSwapped: isSwapped)
    if Value.shape.field.fits(layout.shape(index)) { return Value.load(from: bytes, own: place) }
    if let value = Value.load(from: bytes, converted: place) { return value }
    return Value(packedValue: load(place.operation, size: place.width, from: bytes, at: place.position))
  }
}
