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
  @inlinable public static var shape: OwnShape<Self> {
    (1...FieldShape.widestBytes).contains(count) ? OwnShape(FieldShape(.bytes, width: count)) : .none
  }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    bytes.storeBytes(of: self, toUncheckedByteOffset: place.position, as: Self.self)
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Self {
    bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place.position, as: Self.self)
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
  @inlinable public static var shape: OwnShape<Self> { OwnShape(.anyBytes) }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    withUnsafeBytes { bytes.store($0, at: place.position, width: place.width) }
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> [UInt8] {
    bytes.byteString(at: place.position, width: place.width)
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
  @inlinable public static var shape: OwnShape<Self> { OwnShape(.anyBytes) }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    withUnsafeBytes { bytes.store($0, at: place.position, width: place.width) }
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> PackedBytes {
    PackedBytes(bytes.extracting(place.position..<place.position + place.width))
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
