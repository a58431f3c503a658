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
  @inlinable public static var shape: FieldShape {
    let width = MemoryLayout<Self>.size
    guard width <= 8, 8 * width == bitWidth else { return .none }
    return FieldShape(isSigned ? .signed : .unsigned, width: width)
  }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    bytes.storeBytes(of: isSwapped ? byteSwapped : self, toUncheckedByteOffset: position, as: Self.self)
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Self {
    let number = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: Self.self)
    return isSwapped ? number.byteSwapped : number
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
}

extension Float: PackedConvertible {
  /// `f`. The bits are kept, a NaN's among them.
  @inlinable public static var shape: FieldShape { FieldShape(.float, width: 4) }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    bitPattern.storeUnchecked(into: &bytes, at: position, width: width, isSwapped: isSwapped)
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Float {
    Float(bitPattern: UInt32.loadUnchecked(from: bytes, at: position, width: width, isSwapped: isSwapped))
  }
}

extension Double: PackedConvertible {
  /// `d`. The bits are kept, a NaN's among them.
  @inlinable public static var shape: FieldShape { FieldShape(.float, width: 8) }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    bitPattern.storeUnchecked(into: &bytes, at: position, width: width, isSwapped: isSwapped)
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Double {
    Double(bitPattern: UInt64.loadUnchecked(from: bytes, at: position, width: width, isSwapped: isSwapped))
  }
}

#if !(os(macOS) && arch(x86_64))
  extension Float16: PackedConvertible {
    /// `e`. The bits are kept, a NaN's among them.
    @inlinable public static var shape: FieldShape { FieldShape(.float, width: 2) }

    @inlinable @inline(__always)
    public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
      bitPattern.storeUnchecked(into: &bytes, at: position, width: width, isSwapped: isSwapped)
    }

    @inlinable @inline(__always)
    public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Float16 {
      Float16(bitPattern: UInt16.loadUnchecked(from: bytes, at: position, width: width, isSwapped: isSwapped))
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
  @inlinable public static var shape: FieldShape { FieldShape(.bool, width: 1) }

  @inlinable @inline(__always)
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    bytes.storeBytes(of: self ? 1 : 0, toUncheckedByteOffset: position, as: UInt8.self)
  }

  @inlinable @inline(__always)
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Bool {
    bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt8.self) != 0
  }
}
