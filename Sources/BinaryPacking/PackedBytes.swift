/// A byte string, as `c`, `s` and `p` fields hold it; up to 23 bytes are kept in place, without an allocation.
///
/// It is a collection of bytes: `Array(name)` copies them, `String(decoding: name, as: UTF8.self)` makes text of them.
@frozen
public struct PackedBytes: Sendable {
  @usableFromInline
  enum Storage: Sendable {
    case inline([23 of UInt8], count: UInt8)
    case array([UInt8])
  }

  @usableFromInline var storage: Storage

  @inlinable static var inlineCapacity: Int { 23 }

  /// Makes an empty string.
  @inlinable
  public init() {
    storage = .inline([23 of UInt8](repeating: 0), count: 0)
  }

  /// Copies the bytes of a span.
  @inlinable
  public init(_ bytes: RawSpan) {
    self = bytes.withUnsafeBytes { PackedBytes(copying: $0) }
  }

  /// Copies the bytes of a sequence.
  @inlinable
  public init(_ bytes: some Sequence<UInt8>) {
    if let copied = bytes.withContiguousStorageIfAvailable({ PackedBytes(copying: UnsafeRawBufferPointer($0)) }) {
      self = copied
    } else {
      let array = Array(bytes)
      self = array.withUnsafeBytes { PackedBytes(copying: $0) }
    }
  }

  @inlinable
  init(copying bytes: UnsafeRawBufferPointer) {
    if bytes.count > Self.inlineCapacity {
      storage = .array([UInt8](bytes))
    } else {
      var all = [23 of UInt8](repeating: 0)
      withUnsafeMutableBytes(of: &all) { $0.copyMemory(from: bytes) }
      storage = .inline(all, count: UInt8(truncatingIfNeeded: bytes.count))
    }
  }

  /// Calls a closure with the bytes in place.
  @inlinable
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    switch storage {
    case .array(let array):
      return try array.span.bytes.withUnsafeBytes(body)
    case .inline(let all, let count):
      return try all.span.bytes.extracting(first: Int(count)).withUnsafeBytes(body)
    }
  }
}

extension PackedBytes: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }

  @inlinable
  public var endIndex: Int {
    switch storage {
    case .inline(_, let count): Int(count)
    case .array(let array): array.count
    }
  }

  /// The byte at a position; traps outside of the string.
  @inlinable
  public subscript(position: Int) -> UInt8 {
    switch storage {
    case .array(let array): return array[position]
    case .inline(let all, let count):
      precondition(position < Int(count), "position \(position) is outside of a string of \(count) bytes")
      return all[position]
    }
  }

  @inlinable
  public func withContiguousStorageIfAvailable<Result>(
    _ body: (UnsafeBufferPointer<UInt8>) throws -> Result
  ) rethrows -> Result? {
    try withUnsafeBytes { try body($0.assumingMemoryBound(to: UInt8.self)) }
  }
}

extension PackedBytes: ExpressibleByStringLiteral {
  /// The text's UTF-8, as Python's `b"text"`.
  @inlinable
  public init(stringLiteral text: String) {
    self.init(text.utf8)
  }
}

extension PackedBytes: Hashable, ExpressibleByArrayLiteral, CustomStringConvertible {
  /// Makes a string of some bytes.
  @inlinable
  public init(arrayLiteral elements: UInt8...) {
    self.init(elements)
  }

  @inlinable
  public static func == (left: PackedBytes, right: PackedBytes) -> Bool {
    left.elementsEqual(right)
  }

  @inlinable
  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    withUnsafeBytes { hasher.combine(bytes: $0) }
  }

  /// The bytes as an array prints them.
  public var description: String { Array(self).description }
}
