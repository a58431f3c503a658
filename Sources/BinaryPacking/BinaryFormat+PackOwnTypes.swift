// The calls that programs make most: up to eight values. The general functions of the same names do the same by
// parameter packs; these exist because the compiler (6.3) does not look through a pack's elements: with packs alone
// each value costs several calls through its conformance. Here bytes are copied if all types are their field's own;
// what is not is left to BinaryFormat+PackOtherTypes.swift.

extension BinaryFormat {
  /// `pack(_:into:at:)` of one value.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of two values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of three values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B, _ c: C,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, c, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
      store(c, 2, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of four values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B, _ c: C, _ d: D,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, c, d, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
      store(c, 2, into: &bytes, at: offset)
      store(d, 3, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of five values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, c, d, e, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
      store(c, 2, into: &bytes, at: offset)
      store(d, 3, into: &bytes, at: offset)
      store(e, 4, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of six values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4).with(F.shape.field, at: 5)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, c, d, e, f, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
      store(c, 2, into: &bytes, at: offset)
      store(d, 3, into: &bytes, at: offset)
      store(e, 4, into: &bytes, at: offset)
      store(f, 5, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of seven values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4).with(F.shape.field, at: 5).with(G.shape.field, at: 6)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, c, d, e, f, g, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
      store(c, 2, into: &bytes, at: offset)
      store(d, 3, into: &bytes, at: offset)
      store(e, 4, into: &bytes, at: offset)
      store(f, 5, into: &bytes, at: offset)
      store(g, 6, into: &bytes, at: offset)
    }
  }

  /// `pack(_:into:at:)` of eight values.
  @inlinable @inline(__always)
  public func pack<
    A: PackedConvertible, B: PackedConvertible, C: PackedConvertible, D: PackedConvertible,
    E: PackedConvertible, F: PackedConvertible, G: PackedConvertible, H: PackedConvertible,
    Target: ByteTarget & ~Copyable & ~Escapable
  >(
    _ a: A, _ b: B, _ c: C, _ d: D, _ e: E, _ f: F, _ g: G, _ h: H,
    into target: inout Target, at offset: Int = 0
  ) throws(PackingError) {
    try target.withMutableBytes { (bytes: inout MutableRawSpan) throws(PackingError) in
      let types = ShapeList().with(A.shape.field, at: 0).with(B.shape.field, at: 1).with(C.shape.field, at: 2)
        .with(D.shape.field, at: 3).with(E.shape.field, at: 4).with(F.shape.field, at: 5).with(G.shape.field, at: 6)
        .with(H.shape.field, at: 7)
      guard layout.matches(types), holdsRecord(bytes.byteCount, at: offset) else {
        return try packOther(a, b, c, d, e, f, g, h, into: &bytes, at: offset)
      }
      zeroPadding(&bytes, at: offset)
      store(a, 0, into: &bytes, at: offset)
      store(b, 1, into: &bytes, at: offset)
      store(c, 2, into: &bytes, at: offset)
      store(d, 3, into: &bytes, at: offset)
      store(e, 4, into: &bytes, at: offset)
      store(f, 5, into: &bytes, at: offset)
      store(g, 6, into: &bytes, at: offset)
      store(h, 7, into: &bytes, at: offset)
    }
  }
}
