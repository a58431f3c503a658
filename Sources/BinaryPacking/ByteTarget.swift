/// Where records are written to: whatever has its bytes side by side and lets them be changed.
///
/// `[UInt8]`, `ArraySlice<UInt8>`, `ContiguousArray<UInt8>`, `InlineArray<n, UInt8>`; `MutableRawSpan`,
/// `MutableSpan<UInt8>`; `UnsafeMutableRawBufferPointer`.
///
/// A target keeps its size: packing writes into bytes that are there.
public protocol ByteTarget: ~Copyable, ~Escapable {
  /// Calls a closure with the bytes, which are valid until it returns.
  mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result
}

extension MutableRawSpan: ByteTarget {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(&self)
  }
}

extension Array: ByteTarget where Element == UInt8 {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var elements = mutableSpan
    var bytes = elements.mutableBytes
    return try body(&bytes)
  }
}

extension ArraySlice: ByteTarget where Element == UInt8 {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var elements = mutableSpan
    var bytes = elements.mutableBytes
    return try body(&bytes)
  }
}

extension UnsafeMutableRawBufferPointer: ByteTarget {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var bytes = mutableBytes
    return try body(&bytes)
  }
}

extension ContiguousArray: ByteTarget where Element == UInt8 {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var elements = mutableSpan
    var bytes = elements.mutableBytes
    return try body(&bytes)
  }
}

extension InlineArray: ByteTarget where Element == UInt8 {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var elements = mutableSpan
    var bytes = elements.mutableBytes
    return try body(&bytes)
  }
}

extension MutableSpan: ByteTarget where Element == UInt8 {
  @inlinable @inline(__always)
  public mutating func withMutableBytes<Result, Failure: Error>(
    _ body: (inout MutableRawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var bytes = mutableBytes
    return try body(&bytes)
  }
}
