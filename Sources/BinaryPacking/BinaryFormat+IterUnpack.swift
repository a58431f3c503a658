extension BinaryFormat {
  /// Unpacks an array of records one by one, as they are asked for. (Python: `iter_unpack`.)
  ///
  /// ```swift
  /// for record in try BinaryFormat(">IB").iterUnpack(from: bytes) { print(record[0], record[1]) }
  /// ```
  ///
  /// - Parameter source: A whole number of records; none is well. It is kept: an array, a slice, a raw buffer pointer
  ///   that
  ///   stays valid. A span cannot be; loop over ``recordOffsets(in:)`` there.
  /// - Returns: A collection with an element for each record.
  /// - Throws: ``PackingError/Code/wrongSize`` if the format has no bytes, or the last record is not whole.
  public func iterUnpack<Source: ByteSource>(from source: Source) throws(PackingError) -> Records<Source> {
    Records(format: self, source: source, count: try recordOffsets(in: source.withBytes { $0.byteCount }).count)
  }

  /// Unpacks an array of records one by one into tuples of Swift types.
  ///
  /// ```swift
  /// var records = try format.iterUnpack(UInt32.self, UInt8.self, from: bytes)
  /// while let (id, kind) = try records.next() { print(id, kind) }
  /// ```
  ///
  /// - Parameters:
  ///   - first: The type for the first field; see `unpack(_:_:from:at:)`.
  ///   - type: The types for the other fields.
  ///   - source: A whole number of records; none is well. It is kept; see ``iterUnpack(from:)``.
  /// - Returns: What gives the records in order.
  /// - Throws: ``PackingError/Code/wrongSize`` if the format has no bytes, or the last record is not whole;
  ///   ``PackingError/Code/wrongCount``.
  @inlinable
  public func iterUnpack<Source: ByteSource, First: PackedConvertible, each Value: PackedConvertible>(
    _ first: First.Type, _ type: repeat (each Value).Type, from source: Source
  ) throws(PackingError) -> TypedRecords<Source, First, repeat each Value> {
    try checkCount(1 + Self.count(repeat each type), verb: "unpack")
    return TypedRecords(
      format: self, source: source, offsets: try recordOffsets(in: source.withBytes { $0.byteCount }))
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
  public struct Records<Source: ByteSource>: RandomAccessCollection {
    let format: BinaryFormat
    let source: Source
    /// How many records there are. (Python: `operator.length_hint`, at the beginning.)
    public let count: Int

    public var startIndex: Int { 0 }
    public var endIndex: Int { count }

    /// The values of a record; traps outside of the buffer.
    public subscript(position: Int) -> [PackedValue] {
      precondition((0..<count).contains(position), "record \(position) is outside of a buffer of \(count)")
      let start = position * format.size
      return source.withBytes { bytes in
        // A source that is somebody else's may have fewer bytes than before.
        precondition(format.holdsRecord(bytes.byteCount, at: start), "the source has become shorter")
        return format.load(from: bytes, start: start)
      }
    }
  }

  /// The records of a buffer in the typed form. It is no `Sequence`, since a record's value may not fit its type.
  public struct TypedRecords<Source: ByteSource, First: PackedConvertible, each Value: PackedConvertible> {
    @usableFromInline let format: BinaryFormat
    @usableFromInline let source: Source
    @usableFromInline let offsets: Offsets
    @usableFromInline var index = 0

    @inlinable
    init(format: BinaryFormat, source: Source, offsets: Offsets) {
      self.format = format
      self.source = source
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
      let start = offsets[index]
      let record = try source.withBytes { (bytes) throws(PackingError) in
        try format.unpackFieldByField(First.self, repeat (each Value).self, from: bytes, at: start)
      }
      return .some(record)
    }
  }
}

extension BinaryFormat.Records: Sendable where Source: Sendable {}
extension BinaryFormat.TypedRecords: Sendable where Source: Sendable {}
