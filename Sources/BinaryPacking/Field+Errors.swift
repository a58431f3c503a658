extension BinaryFormat.Field {
  /// The numbers that an integer field takes.
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
  func mismatch(_ value: PackedValue, index: Int, type: String, isOfIntegers: Bool) -> PackingError {
    // A number that one type of integers does not hold, another may: that is a question of range.
    let kind: PackingError.Code = if case .integer = value, isOfIntegers { .outOfRange } else { .wrongType }
    return PackingError(kind, "values[\(index)] of '\(code.letter)' is \(value): \(type) has no such value")
  }
}
