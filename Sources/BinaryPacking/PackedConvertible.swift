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
/// do, bytes are copied as they are; numbers of another width are converted where they lie; all others go through
/// ``PackedValue`` and its checks.
///
/// The last five requirements are for this library's own types and cannot be given by others in a way that does harm: a
/// shape other than ``OwnShape/none`` cannot be made elsewhere, nor a ``FieldPlace``. A class has to be final to
/// conform.
public protocol PackedConvertible {
  /// The value as the dynamic form has it.
  var packedValue: PackedValue { get }

  /// Makes a value from a field's; nil if the type has none for it.
  init?(packedValue: PackedValue)

  /// The shape of field whose bytes are the type's own; ``OwnShape/none`` for all types but this library's.
  static var shape: OwnShape<Self> { get }

  /// Writes the value into a field of the type's ``shape``, without a check. Called for types of this library only.
  ///
  /// - Parameters:
  ///   - bytes: The buffer.
  ///   - place: Where the field is in it.
  func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>)

  /// Reads a value from a field of the type's ``shape``, without a check. Called for types of this library only.
  ///
  /// - Parameters:
  ///   - bytes: The buffer.
  ///   - place: Where the field is in it.
  static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Self

  /// Writes the value into any field, if there is a shorter way than by ``packedValue``.
  ///
  /// - Parameters:
  ///   - bytes: The buffer.
  ///   - place: Where the field is in it.
  /// - Returns: Whether it was written; if not, ``packedValue`` is asked, and errors are found out there.
  func store(into bytes: inout MutableRawSpan, converted place: FieldPlace<Self>) -> Bool

  /// Reads a value from any field, if there is a shorter way than by ``init(packedValue:)``.
  ///
  /// - Parameters:
  ///   - bytes: The buffer.
  ///   - place: Where the field is in it.
  /// - Returns: The value; nil to ask ``init(packedValue:)``.
  static func load(from bytes: RawSpan, converted place: FieldPlace<Self>) -> Self?
}

extension PackedConvertible {
  /// No shape: values go through ``PackedValue``.
  @inlinable public static var shape: OwnShape<Self> { .none }

  /// Not called: no field has the shape ``OwnShape/none``.
  @inlinable
  public func store(into bytes: inout MutableRawSpan, own place: FieldPlace<Self>) {
    preconditionFailure("\(Self.self) has no shape of its own")
  }

  /// Not called: no field has the shape ``OwnShape/none``.
  @inlinable
  public static func load(from bytes: RawSpan, own place: FieldPlace<Self>) -> Self {
    preconditionFailure("\(Self.self) has no shape of its own")
  }

  /// No shorter way.
  @inlinable @inline(__always)
  public func store(into bytes: inout MutableRawSpan, converted place: FieldPlace<Self>) -> Bool { false }

  /// No shorter way.
  @inlinable @inline(__always)
  public static func load(from bytes: RawSpan, converted place: FieldPlace<Self>) -> Self? { nil }
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
