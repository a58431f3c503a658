extension InlineArray: PackedConvertible where Element == UInt8 {
  /// The bytes.
  @inlinable public var packedValue: PackedValue { .bytes(PackedBytes(span.bytes)) }

  /// The bytes; nil if they are not exactly as many, or the value is no string.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard case .bytes(let bytes) = packedValue, bytes.count == count else { return nil }
    self.init { bytes[$0] }
  }

  /// `s` of the same width: the way to carry a byte string without an allocation.
  @inlinable public static var shape: FieldShape {
    (1...FieldShape.widestBytes).contains(count) ? FieldShape(.bytes, width: count) : .none
  }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    bytes.storeBytes(of: self, toUncheckedByteOffset: position, as: Self.self)
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Self {
    bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: Self.self)
  }
}

extension Array: PackedConvertible where Element == UInt8 {
  /// The bytes.
  @inlinable public var packedValue: PackedValue { .bytes(PackedBytes(self)) }

  /// The bytes; nil if the value is no string.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard case .bytes(let bytes) = packedValue else { return nil }
    self.init(bytes)
  }

  /// `s` of any width. Packing cuts off what is too long and fills up with zeros what is too short, as Python does.
  @inlinable public static var shape: FieldShape { .anyBytes }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    withUnsafeBytes { bytes.store($0, at: position, width: width) }
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> [UInt8] {
    bytes.withUnsafeBytes { [UInt8]($0[position..<position + width]) }
  }
}

extension PackedBytes: PackedConvertible {
  /// The bytes.
  @inlinable public var packedValue: PackedValue { .bytes(self) }

  /// The bytes; nil if the value is no string.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard case .bytes(let bytes) = packedValue else { return nil }
    self = bytes
  }

  /// `s` of any width. Packing cuts off what is too long and fills up with zeros what is too short, as Python does.
  @inlinable public static var shape: FieldShape { .anyBytes }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    withUnsafeBytes { bytes.store($0, at: position, width: width) }
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> PackedBytes {
    PackedBytes(bytes.extracting(position..<position + width))
  }
}

extension MutableRawSpan {
  /// Writes a byte string into a field in bounds: cut off, or filled up with zeros.
  @inlinable
  mutating func store(_ string: UnsafeRawBufferPointer, at position: Int, width: Int) {
    let count = Swift.min(string.count, width)
    withUnsafeMutableBytes { all in
      let field = UnsafeMutableRawBufferPointer(rebasing: all[position..<position + width])
      field.copyMemory(from: UnsafeRawBufferPointer(rebasing: string[..<count]))
      _ = field[count...].initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}
