/// Where records are read from: `RawSpan`, `[UInt8]`, `ArraySlice<UInt8>`, `UnsafeRawBufferPointer`.
///
/// The spans of other types serve as they are: `inlineArray.span.bytes`.
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
