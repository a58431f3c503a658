extension BinaryFormat.Field {
  /// The numbers that a field takes; nil if it is none of integers.
  public var numbers: ClosedRange<Int128>? {
    code.isSigned == nil ? nil : integerRange
  }

  /// The numbers that an integer field takes; of no meaning for other fields.
  var integerRange: ClosedRange<Int128> {
    // A pointer may be given as a signed number too, as CPython has it.
    if code == .pointer { return Int128(Int.min)...Int128(UInt.max) }
    let bits = Int128(8 * size)
    return code.isSigned == true ? -1 << (bits - 1)...1 << (bits - 1) - 1 : 0...1 << bits - 1
  }

  func outOfRange(_ number: Int128, index: Int) -> PackingError {
    let range = integerRange
    return PackingError(
      .outOfRange,
      "'\(code.letter)' format requires \(range.lowerBound) <= number <= \(range.upperBound): "
        + "values[\(index)] is \(number)")
  }

  func tooLarge(_ value: PackedValue, index: Int) -> PackingError {
    PackingError(
      .outOfRange, "float too large to pack with \(code.letter) format: values[\(index)] is \(value)")
  }

  func notInteger(_ value: PackedValue, index: Int) -> PackingError {
    PackingError(
      .wrongType, "required argument is not an integer: values[\(index)] for '\(code.letter)' is \(value)")
  }

  func notFloat(_ value: PackedValue, index: Int) -> PackingError {
    PackingError(.wrongType, "required argument is not a float: values[\(index)] for '\(code.letter)' is \(value)")
  }

  func notBytes(_ value: PackedValue, index: Int) -> PackingError {
    PackingError(.wrongType, "argument for '\(code.letter)' must be a bytes object: values[\(index)] is \(value)")
  }

  /// A field's value that the type asked for does not have.
  @usableFromInline
  func mismatch<Value: PackedConvertible>(_ value: PackedValue, index: Int, type: Value.Type) -> PackingError {
    // A number that one type of integers does not hold, another may: that is a question of range. For all others it is
    // the type that does not go with the field.
    let kind: PackingError.Code = if case .integer = value, Self.isOfIntegers(type) { .outOfRange } else { .wrongType }
    return PackingError(kind, "values[\(index)] of '\(code.letter)' is \(value): \(type) has no such value")
  }

  private static func isOfIntegers<Value: PackedConvertible>(_ type: Value.Type) -> Bool {
    if type is any BinaryInteger.Type { return true }
    if let type = type as? any RawRepresentable.Type { return hasRawIntegers(type) }
    // Of a type that is somebody else's only its answers are known.
    return Value(packedValue: .integer(0)) != nil || Value(packedValue: .integer(1)) != nil
  }

  private static func hasRawIntegers<Value: RawRepresentable>(_ type: Value.Type) -> Bool {
    Value.RawValue.self is any BinaryInteger.Type
  }
}
