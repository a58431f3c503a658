extension BinaryFormat {
  /// Packs values of Swift types into a new array. (Python: `pack`.)
  ///
  /// ```swift
  /// let bytes = try BinaryFormat("<IHB").pack(UInt32(70_000), UInt16(7), UInt8(3))
  /// ```
  ///
  /// - Parameter value: As many values as the format has fields. A type other than the field's own goes as far as its
  ///   value fits: an `Int` into `H` from 0 to 65535.
  /// - Returns: ``size`` bytes. Nothing bounds that but the format: look at ``size`` if it is not your own.
  /// - Throws: ``PackingError/Code/wrongCount``, ``PackingError/Code/wrongType``, ``PackingError/Code/outOfRange``.
  @inlinable
  public func pack<each Value: PackedConvertible>(_ value: repeat each Value) throws(PackingError) -> [UInt8] {
    try checkCount(Self.count(repeat (each Value).self), verb: "pack")
    var bytes = [UInt8](repeating: 0, count: size)
    try pack(repeat each value, into: &bytes)
    return bytes
  }

  /// Packs values of Swift types into bytes that are there. (Python: `pack_into`.)
  ///
  /// - Parameters:
  ///   - value: As many values as the format has fields; see ``pack(_:)``.
  ///   - target: The bytes to write to; padding is zeroed. After an error its record may be half written.
  ///   - offset: Where the record begins, in bytes; a negative one counts from the end, as in Python.
  /// - Throws: ``PackingError/Code/wrongCount``, ``PackingError/Code/bufferTooSmall``,
  ///   ``PackingError/Code/wrongType``, ``PackingError/Code/outOfRange``.
  @inlinable
  public func pack<each Value: PackedConvertible, Target: ByteTarget & ~Copyable & ~Escapable>(
    _ value: repeat each Value, into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      try packFieldByField(repeat each value, into: &bytes, at: offset)
    }
  }

  /// The general way, for any number of values of any types.
  @inlinable @inline(never)
  func packFieldByField<each Value: PackedConvertible>(
    _ value: repeat each Value, into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    try checkCount(Self.count(repeat (each Value).self), verb: "pack")
    let start = try startForPacking(at: offset, in: bytes.byteCount)
    zeroRecord(&bytes, at: start)
    var fields = fields
    var index = 0
    repeat try packNext(each value, of: &fields, index: &index, into: &bytes, start: start)
  }

  @inlinable
  func packNext<Value: PackedConvertible>(
    _ value: Value, of fields: inout Fields, index: inout Int, into bytes: inout MutableRawSpan, start: Int
  ) throws(PackingError) {
    // There is one: the count was compared.
    guard let (field, run) = fields.nextInRun() else { return }
    let place = FieldPlace<Value>(
      position: start + field.offset, width: field.size, operation: run.operation, isSwapped: isSwapped)
    if Value.shape.field.fits(run.shape) {
      value.store(into: &bytes, own: place)
    } else if !value.store(into: &bytes, converted: place) {
      try store(value.packedValue, in: field, index: index, into: &bytes, at: place.position)
    }
    index += 1
  }

  @inlinable @inline(__always)
  static func count<each Value>(_ type: repeat (each Value).Type) -> Int {
    var count = 0
    for _ in repeat each type { count += 1 }
    return count
  }
}
