/// The whole of an integer's conformance; the types below only say that they conform.
extension PackedConvertible where Self: FixedWidthInteger & BitwiseCopyable {
  /// The number.
  @inlinable public var packedValue: PackedValue { .integer(Int128(self)) }

  /// The number, or 0 or 1 for a truth value; nil if it does not fit, or is none.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard let number = packedValue.integerValue else { return nil }
    self.init(exactly: number)
  }

  /// An integer field of the same width and sign; none for types that are not exactly so many bytes in memory.
  @inlinable public static var shape: OwnShape<Self> {
    let width = MemoryLayout<Self>.size
    guard width <= 8, 8 * width == bitWidth else { return .none }
    return OwnShape(FieldShape(isSigned ? .signed : .unsigned, width: width))
  }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    bytes.store(number: self, at: place.position, isSwapped: place.isSwapped)
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Self {
    bytes.number(Self.self, at: place.position, isSwapped: place.isSwapped)
  }

  /// Into an integer field that has room for the number.
  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, converted place: FieldPlace<Self>) -> Bool {
    switch place.operation {
    case .int8: store(as: Int8.self, into: &bytes, place)
    case .uint8: store(as: UInt8.self, into: &bytes, place)
    case .int16: store(as: Int16.self, into: &bytes, place)
    case .uint16: store(as: UInt16.self, into: &bytes, place)
    case .int32: store(as: Int32.self, into: &bytes, place)
    case .uint32: store(as: UInt32.self, into: &bytes, place)
    case .int64: store(as: Int64.self, into: &bytes, place)
    case .uint64: store(as: UInt64.self, into: &bytes, place)
    default: false
    }
  }

  @inlinable @inline(__always)
  func store<Number: FixedWidthInteger & BitwiseCopyable>(
    as type: Number.Type, into bytes: inout MutableRawSpan, _ place: FieldPlace<Self>
  ) -> Bool {
    guard let number = Number(exactly: self) else { return false }
    bytes.store(number: number, at: place.position, isSwapped: place.isSwapped)
    return true
  }

  /// From an integer field whose number the type has.
  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, converted place: FieldPlace<Self>) -> Self? {
    let (position, isSwapped) = (place.position, place.isSwapped)
    return switch place.operation {
    case .int8: Self(exactly: bytes.number(Int8.self, at: position, isSwapped: isSwapped))
    case .uint8: Self(exactly: bytes.number(UInt8.self, at: position, isSwapped: isSwapped))
    case .int16: Self(exactly: bytes.number(Int16.self, at: position, isSwapped: isSwapped))
    case .uint16: Self(exactly: bytes.number(UInt16.self, at: position, isSwapped: isSwapped))
    case .int32: Self(exactly: bytes.number(Int32.self, at: position, isSwapped: isSwapped))
    case .uint32: Self(exactly: bytes.number(UInt32.self, at: position, isSwapped: isSwapped))
    case .int64: Self(exactly: bytes.number(Int64.self, at: position, isSwapped: isSwapped))
    case .uint64: Self(exactly: bytes.number(UInt64.self, at: position, isSwapped: isSwapped))
    default: nil
    }
  }
}

extension Int8: PackedConvertible {}
extension Int16: PackedConvertible {}
extension Int32: PackedConvertible {}
extension Int64: PackedConvertible {}
extension Int: PackedConvertible {}
extension Int128: PackedConvertible {}
extension UInt8: PackedConvertible {}
extension UInt16: PackedConvertible {}
extension UInt32: PackedConvertible {}
extension UInt64: PackedConvertible {}
extension UInt: PackedConvertible {}

/// The whole of a floating-point number's conformance.
extension PackedConvertible where Self: BinaryFloatingPoint & BitwiseCopyable {
  /// The number as a `Double`.
  @inlinable public var packedValue: PackedValue { .float(Double(self)) }

  /// The number, rounded to the nearest where the type is narrower; nil if the value is none.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard let number = packedValue.doubleValue else { return nil }
    self.init(number)
  }

  /// From a field of 4 or 8 bytes.
  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, converted place: FieldPlace<Self>) -> Self? {
    let (position, isSwapped) = (place.position, place.isSwapped)
    return switch place.operation {
    case .float: Self(Float(bitPattern: bytes.number(UInt32.self, at: position, isSwapped: isSwapped)))
    case .double: Self(Double(bitPattern: bytes.number(UInt64.self, at: position, isSwapped: isSwapped)))
    default: nil
    }
  }

  /// Into a field of 8 bytes, or of 4 if the number is not too large for it.
  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, converted place: FieldPlace<Self>) -> Bool {
    switch place.operation {
    case .double:
      bytes.store(number: Double(self).bitPattern, at: place.position, isSwapped: place.isSwapped)
    case .float:
      let narrow = Float(self)
      guard narrow.isFinite else { return false }
      bytes.store(number: narrow.bitPattern, at: place.position, isSwapped: place.isSwapped)
    default:
      return false
    }
    return true
  }
}

extension Float: PackedConvertible {
  /// `f`. The bits are kept, a NaN's among them.
  @inlinable public static var shape: OwnShape<Self> { OwnShape(FieldShape(.float, width: 4)) }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    bytes.store(number: bitPattern, at: place.position, isSwapped: place.isSwapped)
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Float {
    Float(bitPattern: bytes.number(UInt32.self, at: place.position, isSwapped: place.isSwapped))
  }
}

extension Double: PackedConvertible {
  /// `d`. The bits are kept, a NaN's among them.
  @inlinable public static var shape: OwnShape<Self> { OwnShape(FieldShape(.float, width: 8)) }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    bytes.store(number: bitPattern, at: place.position, isSwapped: place.isSwapped)
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Double {
    Double(bitPattern: bytes.number(UInt64.self, at: place.position, isSwapped: place.isSwapped))
  }
}

#if !(os(macOS) && arch(x86_64))
  extension Float16: PackedConvertible {
    /// `e`. The bits are kept, a NaN's among them.
    @inlinable public static var shape: OwnShape<Self> { OwnShape(FieldShape(.float, width: 2)) }

    @inlinable @inline(__always)
    public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
      bytes.store(number: bitPattern, at: place.position, isSwapped: place.isSwapped)
    }

    @inlinable @inline(__always)
    public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Float16 {
      Float16(bitPattern: bytes.number(UInt16.self, at: place.position, isSwapped: place.isSwapped))
    }
  }
#endif

extension Bool: PackedConvertible {
  /// The truth value.
  @inlinable public var packedValue: PackedValue { .bool(self) }

  /// The truth value; nil for what is none.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard case .bool(let truth) = packedValue else { return nil }
    self = truth
  }

  /// `?`.
  @inlinable public static var shape: OwnShape<Self> { OwnShape(FieldShape(.bool, width: 1)) }

  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    bytes.storeBytes(of: self ? 1 : 0, toUncheckedByteOffset: place.position, as: UInt8.self)
  }

  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Bool {
    bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: place.position, as: UInt8.self) != 0
  }
}
