// See BinaryFormat+PackOwnTypes.swift for why these exist.

extension BinaryFormat {
  /// `unpack(_:_:from:at:)` of one value.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> A {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, from: bytes, at: offset)
      }
      return load(a, 0, from: bytes, at: start)
    }
  }

  /// `unpack(_:_:from:at:)` of two values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start)
      )
    }
  }

  /// `unpack(_:_:from:at:)` of three values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B, C) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, c, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start),
        load(c, 2, from: bytes, at: start)
      )
    }
  }

  /// `unpack(_:_:from:at:)` of four values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B, C, D) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, c, d, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start),
        load(c, 2, from: bytes, at: start),
        load(d, 3, from: bytes, at: start)
      )
    }
  }

  /// `unpack(_:_:from:at:)` of five values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B, C, D, E) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, c, d, e, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start),
        load(c, 2, from: bytes, at: start),
        load(d, 3, from: bytes, at: start),
        load(e, 4, from: bytes, at: start)
      )
    }
  }

  /// `unpack(_:_:from:at:)` of six values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B, C, D, E, F) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4).with(F.shape.field, at: 5)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, c, d, e, f, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start),
        load(c, 2, from: bytes, at: start),
        load(d, 3, from: bytes, at: start),
        load(e, 4, from: bytes, at: start),
        load(f, 5, from: bytes, at: start)
      )
    }
  }

  /// `unpack(_:_:from:at:)` of seven values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type, _ g: G.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B, C, D, E, F, G) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4).with(F.shape.field, at: 5).with(G.shape.field, at: 6)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, c, d, e, f, g, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start),
        load(c, 2, from: bytes, at: start),
        load(d, 3, from: bytes, at: start),
        load(e, 4, from: bytes, at: start),
        load(f, 5, from: bytes, at: start),
        load(g, 6, from: bytes, at: start)
      )
    }
  }

  /// `unpack(_:_:from:at:)` of eight values.
  @inlinable @inline(__always)
  public func unpack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible, H: PackedConvertible,
    Source: ByteSource & ~Copyable & ~Escapable
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type, _ g: G.Type, _ h: H.Type,
    from source: borrowing Source, at offset: Int? = nil
  ) throws(PackingError) -> (A, B, C, D, E, F, G, H) {
    try source.withBytes { (bytes) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4).with(F.shape.field, at: 5).with(G.shape.field, at: 6)
        .with(H.shape.field, at: 7)
      guard layout.matches(types), let start = fastStart(at: offset, in: bytes.byteCount) else {
        return try unpackOther(a, b, c, d, e, f, g, h, from: bytes, at: offset)
      }
      return (
        load(a, 0, from: bytes, at: start),
        load(b, 1, from: bytes, at: start),
        load(c, 2, from: bytes, at: start),
        load(d, 3, from: bytes, at: start),
        load(e, 4, from: bytes, at: start),
        load(f, 5, from: bytes, at: start),
        load(g, 6, from: bytes, at: start),
        load(h, 7, from: bytes, at: start)
      )
    }
  }
}
