extension BinaryFormat {
  /// Unpacks an array of records one by one, as they are asked for. (Python: `iter_unpack`.)
  ///
  /// ```swift
  /// for record in try BinaryFormat(">IB").iterUnpack(from: bytes) { print(record[0], record[1]) }
  /// ```
  ///
  /// - Parameter bytes: A whole number of records; none is well.
  /// - Returns: A collection with an element for each record.
  /// - Throws: ``PackingError/Code/wrongSize`` if the format has no bytes, or the last record is not whole.
  public func iterUnpack(from bytes: [UInt8]) throws(PackingError) -> Records {
    Records(format: self, bytes: bytes, count: try recordOffsets(in: bytes.count).count)
  }

  /// Unpacks an array of records one by one into tuples of Swift types.
  ///
  /// ```swift
  /// var records = try format.iterUnpack(UInt32.self, UInt8.self, from: bytes)
  /// while let (id, kind) = try records.next() { print(id, kind) }
  /// ```
  ///
  /// - Parameters:
  ///   - first: The type for the first field; see ``unpack(_:_:from:at:)``.
  ///   - type: The types for the other fields.
  ///   - bytes: A whole number of records; none is well.
  /// - Returns: What gives the records in order.
  /// - Throws: ``PackingError/Code/wrongSize`` if the format has no bytes, or the last record is not whole;
  ///   ``PackingError/Code/wrongCount``.
  @inlinable
  public func iterUnpack<First: PackedConvertible, each Value: PackedConvertible>(
    _ first: First.Type, _ type: repeat (each Value).Type, from bytes: [UInt8]
  ) throws(PackingError) -> TypedRecords<First, repeat each Value> {
    try checkCount(1 + Self.count(repeat each type), verb: "unpack")
    return TypedRecords(format: self, bytes: bytes, offsets: try recordOffsets(in: bytes.count))
  }

  /// Where the records begin in a buffer of many: for loops over a span, and for the fastest ones.
  ///
  /// ```swift
  /// for start in try format.recordOffsets(in: span.byteCount) {
  ///   let (id, kind) = try format.unpack(UInt32.self, UInt8.self, from: span, at: start)
  /// }
  /// ```
  ///
  /// - Parameter byteCount: The buffer's size: a multiple of ``size``.
  /// - Returns: The offsets in order.
  /// - Throws: ``PackingError/Code/wrongSize`` if the format has no bytes, or the last record is not whole.
  @inlinable
  public func recordOffsets(in byteCount: Int) throws(PackingError) -> Offsets {
    guard size > 0, byteCount.isMultiple(of: size) else { throw notWholeRecords(byteCount) }
    return Offsets(size: size, count: byteCount / size)
  }

  @usableFromInline
  func notWholeRecords(_ byteCount: Int) -> PackingError {
    PackingError(
      .wrongSize,
      size == 0
        ? "cannot iteratively unpack with a struct of length 0"
        : "iterative unpacking requires a buffer of a multiple of \(size) bytes (actual buffer size is \(byteCount))")
  }
}

extension BinaryFormat {
  /// The beginnings of records side by side, in bytes.
  @frozen
  public struct Offsets: RandomAccessCollection, Sendable {
    @usableFromInline let size: Int
    /// How many records there are.
    public let count: Int

    @inlinable
    init(size: Int, count: Int) {
      self.size = size
      self.count = count
    }

    @inlinable public var startIndex: Int { 0 }
    @inlinable public var endIndex: Int { count }

    /// The offset of a record.
    @inlinable
    public subscript(position: Int) -> Int { position * size }
  }

  /// The records of a buffer in the dynamic form, unpacked when they are looked at.
  public struct Records: RandomAccessCollection, Sendable {
    let format: BinaryFormat
    let bytes: [UInt8]
    /// How many records there are. (Python: `operator.length_hint`, at the beginning.)
    public let count: Int

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// The values of a record; traps outside of the buffer.
    public subscript(position: Int) -> [PackedValue] {
      precondition((0..<count).contains(position), "record \(position) is outside of a buffer of \(count)")
      return format.load(from: bytes.span.bytes, start: position * format.size)
    }
  }

  /// The records of a buffer in the typed form. It is no `Sequence`, since a record's value may not fit its type.
  public struct TypedRecords<First: PackedConvertible, each Value: PackedConvertible>: Sendable {
    @usableFromInline let format: BinaryFormat
    @usableFromInline let bytes: [UInt8]
    @usableFromInline let offsets: Offsets
    @usableFromInline var index = 0

    @inlinable
    init(format: BinaryFormat, bytes: [UInt8], offsets: Offsets) {
      self.format = format
      self.bytes = bytes
      self.offsets = offsets
    }

    /// How many records are left. (Python: `operator.length_hint`.)
    @inlinable public var remaining: Int { offsets.count - index }

    /// Unpacks the next record; nil behind the last.
    ///
    /// - Throws: ``PackingError/Code/wrongType``, ``PackingError/Code/outOfRange``. The record is passed over.
    @inlinable
    public mutating func next() throws(PackingError) -> (First, repeat each Value)? {
      guard index < offsets.count else { return nil }
      defer { index += 1 }
      let record = try format.unpackFieldByField(
        First.self, repeat (each Value).self, from: bytes.span.bytes, at: offsets[index])
      return .some(record)
    }
  }
}
