extension BinaryFormat {
  /// One value's place in a record.
  @frozen
  public struct Field: Hashable, Sendable {
    /// The letter of the format.
    public let code: FieldCode
    /// Bytes from the record's beginning.
    public let offset: Int
    /// How many bytes the field takes; the width of `s` and `p`.
    public let size: Int

    @inlinable
    init(code: FieldCode, offset: Int, size: Int) {
      self.code = code
      self.offset = offset
      self.size = size
    }
  }

  /// Fields side by side that differ in their offset only, as `100H` gives; a count as large as an `Int` costs nothing.
  @frozen @usableFromInline
  struct FieldRun: Sendable {
    @usableFromInline let first: Field
    @usableFromInline let count: Int
    /// For the check in the general typed form.
    @usableFromInline let shape: FieldShape
    /// For the dynamic form.
    @usableFromInline let operation: FieldOperation

    init(first: Field, count: Int) {
      self.first = first
      self.count = count
      shape = FieldShape(first.code, size: first.size)
      operation = FieldOperation(first.code, size: first.size)
    }

    /// One of the fields. It cannot overflow: the whole record's size is an `Int`.
    @inlinable @inline(__always)
    func field(_ index: Int) -> Field {
      Field(code: first.code, offset: first.offset &+ index &* first.size, size: first.size)
    }
  }

  /// The fields of a format in order, padding left out: as many as it has values.
  @frozen
  public struct Fields: Sequence, IteratorProtocol, Sendable {
    @usableFromInline let runs: [FieldRun]
    @usableFromInline var run = 0
    @usableFromInline var index = 0

    @inlinable
    init(_ runs: [FieldRun]) {
      self.runs = runs
    }

    /// The next field.
    @inlinable
    public mutating func next() -> Field? {
      nextInRun()?.field
    }

    @inlinable
    mutating func nextInRun() -> (field: Field, run: FieldRun)? {
      guard run < runs.count else { return nil }
      let current = runs[run]
      let field = current.field(index)
      index += 1
      if index == current.count {
        run += 1
        index = 0
      }
      return (field, current)
    }
  }
}
