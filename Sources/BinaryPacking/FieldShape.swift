/// How the bytes of a field lie in memory, as far as a Swift type can be the same: kind and width, not byte order.
///
/// A format keeps the shapes of its first eight fields side by side in two words; the types of a call to the typed
/// form give two words as well, constants to the compiler. If they agree, nothing is left to check for each field.
@frozen @usableFromInline
struct FieldShape: Hashable, Sendable {
  /// The kind in the low byte, the width in bytes in the high byte.
  @usableFromInline let bits: UInt16
  /// The bits that have to agree; without the width for types that take any.
  @usableFromInline let mask: UInt16

  @inlinable
  init(bits: UInt16, mask: UInt16 = .max) {
    self.bits = bits
    self.mask = mask
  }

  @usableFromInline
  enum Kind: UInt16 {
    case signed = 1
    case unsigned
    case float
    case bool
    case bytes
  }

  @inlinable
  init(_ kind: Kind, width: Int) {
    self.init(bits: kind.rawValue | UInt16(width) << 8)
  }

  /// No field's: values go through ``PackedValue``.
  @inlinable static var none: FieldShape { FieldShape(bits: .max) }

  /// The shape of byte strings (`s`) of 1 to 255 bytes.
  @inlinable static var anyBytes: FieldShape { FieldShape(bits: Kind.bytes.rawValue, mask: 0xFF) }

  /// The widest byte string that has a shape.
  @inlinable static var widestBytes: Int { 255 }

  /// The shape of a field of a format.
  init(_ code: FieldCode, size: Int) {
    switch code {
    // The typed form takes a UInt8 for `c` too; a byte string of length 1 goes the general way.
    case .char: self.init(.unsigned, width: 1)
    case .bool: self.init(.bool, width: 1)
    case .half, .float, .double: self.init(.float, width: size)
    case .string where (1...Self.widestBytes).contains(size): self.init(.bytes, width: size)
    case .string, .pascalString, .padding: self = .none
    default: self.init(code.isSigned == true ? .signed : .unsigned, width: size)
    }
  }

  /// The width in bytes of a field that has a shape.
  @inlinable @inline(__always)
  var width: Int { Int(bits >> 8) }

  /// Whether a value of a type with this shape can be copied into a field of the other shape as it is.
  @inlinable @inline(__always)
  func fits(_ field: FieldShape) -> Bool {
    field.bits & mask == bits && bits != .max
  }
}
