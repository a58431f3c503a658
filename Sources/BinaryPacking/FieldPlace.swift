/// Where a field lies in a buffer, for a value of one type.
///
/// Only formats make one, after they have checked that the field is in bounds and that type and field agree as
/// ``PackedConvertible`` says of each function. That makes it a key: without one nobody calls the unchecked functions
/// of `UInt64`, say, and another type only ever gets keys of its own.
@frozen
public struct FieldPlace<Value>: Sendable {
  /// Where the field begins, in bytes from the buffer's beginning.
  @usableFromInline let position: Int
  /// In bytes.
  @usableFromInline let width: Int
  @usableFromInline let operation: FieldOperation
  /// Whether the field has the other byte order than the machine.
  @usableFromInline let isSwapped: Bool

  @inlinable @inline(__always)
  init(position: Int, width: Int, operation: FieldOperation, isSwapped: Bool) {
    self.position = position
    self.width = width
    self.operation = operation
    self.isSwapped = isSwapped
  }
}

/// The shape of field whose bytes are a type's own; see ``PackedConvertible/shape``.
///
/// Only this library makes one other than ``none``, and only for its own types.
@frozen
public struct OwnShape<Value>: Sendable {
  @usableFromInline let field: FieldShape

  @inlinable @inline(__always)
  init(_ field: FieldShape) { self.field = field }

  /// No field's: values go through ``PackedValue``.
  @inlinable public static var none: OwnShape { OwnShape(.none) }
}

extension RawSpan {
  /// Reads a number of a field that is in bounds.
  @inlinable @inline(__always)
  func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, at position: Int, isSwapped: Bool
  ) -> Number {
    let number = unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: type)
    return isSwapped ? number.byteSwapped : number
  }
}

extension MutableRawSpan {
  /// Writes a number into a field that is in bounds.
  @inlinable @inline(__always)
  mutating func store<Number: FixedWidthInteger & BitwiseCopyable>(
    number: Number, at position: Int, isSwapped: Bool
  ) {
    storeBytes(of: isSwapped ? number.byteSwapped : number, toUncheckedByteOffset: position, as: Number.self)
  }
}
