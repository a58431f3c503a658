/// A type of the typed form: its values stand for a field's.
///
/// Integers up to 64 bits, `Int128`, floating-point numbers, `Bool`, `[UInt8]`, ``PackedBytes``,
/// `InlineArray<n, UInt8>` and ``PackedValue`` conform. An enumeration with a raw value conforms by saying so:
///
/// ```swift
/// enum Operation: UInt8, PackedConvertible { case read = 1, write }
/// let (operation, length) = try format.unpack(Operation.self, UInt32.self, from: bytes)
/// ```
///
/// Another type has to give the two conversions. Where type and field agree in kind and width, as `UInt32` and `I`
/// do, bytes are copied as they are; all others go through ``PackedValue`` and its checks.
public protocol PackedConvertible {
  /// The value as the dynamic form has it.
  var packedValue: PackedValue { get }

  /// Makes a value from a field's; nil if the type has none for it.
  init?(packedValue: PackedValue)

  /// The shape of field whose bytes are the type's own; ``FieldShape/none`` unless the type is one of this library.
  static var shape: FieldShape { get }

  /// Writes the value into a field of its shape, without a check.
  ///
  /// The caller has to know that the field is in bounds and ``shape`` fits it; formats do. Only types of this library
  /// have a shape, and for others this is not called.
  ///
  /// - Parameters:
  ///   - bytes: The buffer.
  ///   - position: Where the field begins.
  ///   - width: The field's width in bytes.
  ///   - isSwapped: Whether the field has the other byte order than the machine.
  func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool)

  /// Reads a value from a field of its shape, without a check; see ``storeUnchecked(into:at:width:isSwapped:)``.
  ///
  /// - Parameters:
  ///   - bytes: The buffer.
  ///   - position: Where the field begins.
  ///   - width: The field's width in bytes.
  ///   - isSwapped: Whether the field has the other byte order than the machine.
  static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Self
}

extension PackedConvertible {
  /// No shape: values go through ``PackedValue``.
  @inlinable public static var shape: FieldShape { .none }

  /// Not called: no field has the shape ``FieldShape/none``.
  @inlinable
  public func storeUnchecked(into bytes: inout MutableRawSpan, at position: Int, width: Int, isSwapped: Bool) {
    preconditionFailure("\(Self.self) has no shape of its own")
  }

  /// Not called: no field has the shape ``FieldShape/none``.
  @inlinable
  public static func loadUnchecked(from bytes: RawSpan, at position: Int, width: Int, isSwapped: Bool) -> Self {
    preconditionFailure("\(Self.self) has no shape of its own")
  }
}

extension PackedConvertible where Self: RawRepresentable, RawValue: PackedConvertible {
  /// The raw value's.
  @inlinable public var packedValue: PackedValue { rawValue.packedValue }

  /// The case with the raw value; nil if there is none.
  @inlinable
  public init?(packedValue: PackedValue) {
    guard let rawValue = RawValue(packedValue: packedValue) else { return nil }
    self.init(rawValue: rawValue)
  }
}

extension PackedValue: PackedConvertible {
  /// The value itself.
  @inlinable public var packedValue: PackedValue { self }

  /// The value itself.
  @inlinable
  public init?(packedValue: PackedValue) {
    self = packedValue
  }
}
