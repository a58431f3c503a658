// What the functions of BinaryFormat+PackOwnTypes.swift do if a type is not its field's own: numbers are converted
// where they lie. What that does not settle, all errors among it, goes the general way. They are functions of their own
// so that the others are small enough to become a part of their callers' loops.

extension BinaryFormat {
  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible
  >(
    _ a: A,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 1, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset) {
        return
      }
    }
    try packFieldByField(a, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible
  >(
    _ a: A, _ b: B,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 2, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible
  >(
    _ a: A, _ b: B, _ c: C,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 3, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset),
        convert(c, 2, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, c, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible
  >(
    _ a: A, _ b: B, _ c: C, _ d: D,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 4, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset),
        convert(c, 2, into: &bytes, at: offset),
        convert(d, 3, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, c, d, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 5, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset),
        convert(c, 2, into: &bytes, at: offset),
        convert(d, 3, into: &bytes, at: offset),
        convert(e, 4, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, c, d, e, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 6, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset),
        convert(c, 2, into: &bytes, at: offset),
        convert(d, 3, into: &bytes, at: offset),
        convert(e, 4, into: &bytes, at: offset),
        convert(f, 5, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, c, d, e, f, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 7, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset),
        convert(c, 2, into: &bytes, at: offset),
        convert(d, 3, into: &bytes, at: offset),
        convert(e, 4, into: &bytes, at: offset),
        convert(f, 5, into: &bytes, at: offset),
        convert(g, 6, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, c, d, e, f, g, into: &bytes, at: offset)
  }

  @inlinable @inline(never)
  func packOther<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible, H: PackedConvertible
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H,
    into bytes: inout MutableRawSpan, at offset: Int
  ) throws(PackingError) {
    if layout.count == 8, holdsRecord(bytes.byteCount, at: offset) {
      zeroPadding(&bytes, at: offset)
      if convert(a, 0, into: &bytes, at: offset),
        convert(b, 1, into: &bytes, at: offset),
        convert(c, 2, into: &bytes, at: offset),
        convert(d, 3, into: &bytes, at: offset),
        convert(e, 4, into: &bytes, at: offset),
        convert(f, 5, into: &bytes, at: offset),
        convert(g, 6, into: &bytes, at: offset),
        convert(h, 7, into: &bytes, at: offset)
      {
        return
      }
    }
    try packFieldByField(a, b, c, d, e, f, g, h, into: &bytes, at: offset)
  }
}
