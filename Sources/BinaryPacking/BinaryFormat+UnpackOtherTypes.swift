// See BinaryFormat+PackOtherTypes.swift for why these exist.

extension BinaryFormat {
  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible
  >(
    _ a: A.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> A {
    if layout.count == 1, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start)
    {
      return a
    }
    return try unpackFieldByField(a, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B) {
    if layout.count == 2, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start)
    {
      return (a, b)
    }
    return try unpackFieldByField(a, b, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B, C) {
    if layout.count == 3, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start),
      let c = convert(c, 2, from: bytes, at: start)
    {
      return (a, b, c)
    }
    return try unpackFieldByField(a, b, c, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B, C, D) {
    if layout.count == 4, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start),
      let c = convert(c, 2, from: bytes, at: start),
      let d = convert(d, 3, from: bytes, at: start)
    {
      return (a, b, c, d)
    }
    return try unpackFieldByField(a, b, c, d, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B, C, D, E) {
    if layout.count == 5, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start),
      let c = convert(c, 2, from: bytes, at: start),
      let d = convert(d, 3, from: bytes, at: start),
      let e = convert(e, 4, from: bytes, at: start)
    {
      return (a, b, c, d, e)
    }
    return try unpackFieldByField(a, b, c, d, e, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B, C, D, E, F) {
    if layout.count == 6, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start),
      let c = convert(c, 2, from: bytes, at: start),
      let d = convert(d, 3, from: bytes, at: start),
      let e = convert(e, 4, from: bytes, at: start),
      let f = convert(f, 5, from: bytes, at: start)
    {
      return (a, b, c, d, e, f)
    }
    return try unpackFieldByField(a, b, c, d, e, f, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type, _ g: G.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B, C, D, E, F, G) {
    if layout.count == 7, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start),
      let c = convert(c, 2, from: bytes, at: start),
      let d = convert(d, 3, from: bytes, at: start),
      let e = convert(e, 4, from: bytes, at: start),
      let f = convert(f, 5, from: bytes, at: start),
      let g = convert(g, 6, from: bytes, at: start)
    {
      return (a, b, c, d, e, f, g)
    }
    return try unpackFieldByField(a, b, c, d, e, f, g, from: bytes, at: offset)
  }

  @inlinable @inline(never)
  func unpackOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible, H: PackedConvertible
  >(
    _ a: A.Type, _ b: B.Type, _ c: C.Type, _ d: D.Type, _ e: E.Type, _ f: F.Type, _ g: G.Type, _ h: H.Type,
    from bytes: RawSpan, at offset: Int?
  ) throws(PackingError) -> (A, B, C, D, E, F, G, H) {
    if layout.count == 8, let start = fastStart(at: offset, in: bytes.byteCount),
      let a = convert(a, 0, from: bytes, at: start),
      let b = convert(b, 1, from: bytes, at: start),
      let c = convert(c, 2, from: bytes, at: start),
      let d = convert(d, 3, from: bytes, at: start),
      let e = convert(e, 4, from: bytes, at: start),
      let f = convert(f, 5, from: bytes, at: start),
      let g = convert(g, 6, from: bytes, at: start),
      let h = convert(h, 7, from: bytes, at: start)
    {
      return (a, b, c, d, e, f, g, h)
    }
    return try unpackFieldByField(a, b, c, d, e, f, g, h, from: bytes, at: offset)
  }
}
