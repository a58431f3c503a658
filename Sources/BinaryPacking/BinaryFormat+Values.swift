extension BinaryFormat {
  /// Packs values into a new array. (Python: `pack`.)
  ///
  /// - Parameter values: As many as the format has fields.
  /// - Returns: ``size`` bytes. Nothing bounds that but the format: look at ``size`` if it is not your own.
  /// - Throws: ``PackingError/Code/wrongCount``, ``PackingError/Code/wrongType``, ``PackingError/Code/outOfRange``.
  public func pack(values: [PackedValue]) throws(PackingError) -> [UInt8] {
    try checkCount(values.count, verb: "pack")
    var bytes = [UInt8](repeating: 0, count: size)
    try bytes.withMutableBytes { (bytes) throws(PackingError) in
      try store(values, into: &bytes, start: 0)
    }
    return bytes
  }

  /// Packs values into bytes that are there. (Python: `pack_into`.)
  ///
  /// - Parameters:
  ///   - values: As many as the format has fields.
  ///   - target: The bytes to write to; padding is zeroed. After an error its record may be half written.
  ///   - offset: Where the record begins, in bytes; a negative one counts from the end, as in Python.
  /// - Throws: ``PackingError/Code/wrongCount``, ``PackingError/Code/bufferTooSmall``,
  ///   ``PackingError/Code/wrongType``, ``PackingError/Code/outOfRange``.
  @inlinable
  public func pack<Target: ByteTarget & ~Copyable & ~Escapable>(
    values: [PackedValue], into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      try pack(values, into: &bytes, at: offset)
    }
  }

  @usableFromInline
  func pack(_ values: [PackedValue], into bytes: inout MutableRawSpan, at offset: Int) throws(PackingError) {
    try checkCount(values.count, verb: "pack")
    let start = try startForPacking(at: offset, in: bytes.byteCount)
    zeroRecord(&bytes, at: start)
    try store(values, into: &bytes, start: start)
  }

  /// Unpacks a record. (Python: `unpack`, or `unpack_from` with an offset.)
  ///
  /// - Parameters:
  ///   - source: The bytes to read.
  ///   - offset: Where the record begins, in bytes; a negative one counts from the end, as in Python. Without one
  ///     the source has to be exactly ``size`` bytes.
  /// - Returns: A value for each field.
  /// - Throws: ``PackingError/Code/wrongSize`` or, with an offset, ``PackingError/Code/bufferTooSmall``.
  @inlinable
  public func unpack<Source: ByteSource & ~Copyable & ~Escapable>(
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> [PackedValue] {
    try source.withBytes { (bytes) throws(PackingError) in
      load(from: bytes, start: try startForUnpacking(at: offset, in: bytes.byteCount))
    }
  }

  /// Unpacks a record into an array that is used again, so that nothing is allocated for numbers and short strings.
  ///
  /// - Parameters:
  ///   - source: The bytes to read.
  ///   - offset: Where the record begins; see ``unpack(from:at:)``.
  ///   - values: Replaced by the record's values; unchanged at an error.
  /// - Throws: ``PackingError/Code/wrongSize`` or, with an offset, ``PackingError/Code/bufferTooSmall``.
  @inlinable
  public func unpack<Source: ByteSource & ~Copyable & ~Escapable>(
    from source: borrowing Source, at offset: Int? = nil, into values: inout [PackedValue]
  ) throws(PackingError) {
    try source.withBytes { (bytes) throws(PackingError) in
      let start = try startForUnpacking(at: offset, in: bytes.byteCount)
      load(from: bytes, start: start, into: &values)
    }
  }
}
