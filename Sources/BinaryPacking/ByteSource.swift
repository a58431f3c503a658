/// Where records are read from: whatever has its bytes side by side.
///
/// `[UInt8]`, `ArraySlice<UInt8>`, `ContiguousArray<UInt8>`, `InlineArray<n, UInt8>`, ``PackedBytes``; `RawSpan`,
/// `MutableRawSpan`, `Span<UInt8>`, `MutableSpan<UInt8>`; raw buffer pointers. Of other types take a span.
public protocol ByteSource: ~Copyable, ~Escapable {
  /// Calls a closure with the bytes, which are valid until it returns.
  func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result
}

extension RawSpan: ByteSource {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(self)
  }
}

extension Array: ByteSource where Element == UInt8 {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(span.bytes)
  }
}

extension ArraySlice: ByteSource where Element == UInt8 {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(span.bytes)
  }
}

extension UnsafeRawBufferPointer: ByteSource {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }
}

extension UnsafeMutableRawBufferPointer: ByteSource {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }
}

extension MutableRawSpan: ByteSource {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }
}

extension Span: ByteSource where Element == UInt8 {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }
}

extension MutableSpan: ByteSource where Element == UInt8 {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(bytes)
  }
}

extension ContiguousArray: ByteSource where Element == UInt8 {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(span.bytes)
  }
}

extension InlineArray: ByteSource where Element == UInt8 {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(span.bytes)
  }
}

extension PackedBytes: ByteSource {
  @inlinable @inline(__always)
  public func withBytes<Result, Failure: Error>(
    _ body: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBytes { (all) throws(Failure) in try body(all.bytes) }
  }
}
