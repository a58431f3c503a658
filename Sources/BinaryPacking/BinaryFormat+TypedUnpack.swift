extension BinaryFormat {
  /// Unpacks a record into a tuple of Swift types. (Python: `unpack`, or `unpack_from` with an offset.)
  ///
  /// ```swift
  /// let (id, name, score) = try format.unpack(UInt32.self, [UInt8].self, Float.self, from: bytes)
  /// ```
  ///
  /// - Parameters:
  ///   - first: The type for the first field. Another type than the field's own does as long as the value fits: an
  ///     `Int` for each integer field but the largest of `Q`.
  ///   - type: The types for the other fields.
  ///   - source: The bytes to read.
  ///   - offset: Where the record begins, in bytes; a negative one counts from the end, as in Python. Without one
  ///     the source has to be exactly ``size`` bytes.
  /// - Returns: The values.
  /// - Throws: ``PackingError/Code/wrongCount``, ``PackingError/Code/wrongType``, ``PackingError/Code/outOfRange``,
  ///   ``PackingError/Code/wrongSize`` or, with an offset, ``PackingError/Code/bufferTooSmall``.
  @inlinable
  public func unpack<
    First: PackedConvertible, each Value: PackedConvertible, Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ first: First.Type, _ type: repeat (each Value).Type, from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (First, repeat each Value) {
    try source.withBytes { (bytes) throws(PackingError) in
      try unpackFieldByField(first, repeat each type, from: bytes, at: offset)
    }
  }

  /// The general way, for any number of values of any types.
  @inlinable @inline(never)
  func unpackFieldByField<First: PackedConvertible, each Value: PackedConvertible>(
    _ first: First.Type, _ type: repeat (each Value).Type, from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (First, repeat each Value) {
    try checkCount(1 + Self.count(repeat each type), verb: "unpack")
    let start = try startForUnpacking(at: offset, in: bytes.byteCount)
    var fields = fields
    var index = 0
    return (
      try unpackNext(first, of: &fields, index: &index, from: bytes, start: start),
      repeat try unpackNext(each type, of: &fields, index: &index, from: bytes, start: start)
    )
  }

  @inlinable
  func unpackNext<Value: PackedConvertible>(
    _ type: Value.Type, of fields: inout Fields, index: inout Int, from bytes: RawSpan, start: Int
  ) throws(PackingError) -> Value {
    guard let (field, run) = fields.nextInRun() else {
      preconditionFailure("the number of fields was compared before")
    }
    defer { index += 1 }
    let place = FieldPlace<Value>(
      position: start + field.offset, width: field.size, operation: run.operation, isSwapped: isSwapped)
    if Value.shape.field.fits(run.shape) { return Value.load(from: bytes, own: place) }
    if let value = Value.load(from: bytes, converted: place) { return value }
    let dynamic = load(run.operation, size: field.size, from: bytes, at: place.position)
    guard let value = Value(packedValue: dynamic) else {
      throw field.mismatch(dynamic, index: index, type: type)
    }
    return value
  }
}
