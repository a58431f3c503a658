extension BinaryFormat {
  /// Writes values into a record that is zeroed and in bounds; there are as many as the format has fields.
  func store(_ values: [PackedValue], into bytes: inout MutableRawSpan, start: Int) throws(PackingError) {
    let values = values.span
    var index = 0
    for run in runs {
      var position = start &+ run.first.offset
      for _ in 0..<run.count {
        if !storeSimply(values[index], run.operation, into: &bytes, at: position) {
          try store(values[index], in: run.first, index: index, into: &bytes, at: position)
        }
        index += 1
        position &+= run.first.size
      }
    }
  }

  /// Writes what most values are: of their field's own kind, and in range. False if there is more to look at.
  @inline(__always)
  private func storeSimply(
    _ value: PackedValue, _ operation: FieldOperation, into bytes: inout MutableRawSpan, at position: Int
  ) -> Bool {
    switch operation {
    case .int8: return storeInteger(value, as: Int8.self, into: &bytes, at: position)
    case .uint8: return storeInteger(value, as: UInt8.self, into: &bytes, at: position)
    case .int16: return storeInteger(value, as: Int16.self, into: &bytes, at: position)
    case .uint16: return storeInteger(value, as: UInt16.self, into: &bytes, at: position)
    case .int32: return storeInteger(value, as: Int32.self, into: &bytes, at: position)
    case .uint32: return storeInteger(value, as: UInt32.self, into: &bytes, at: position)
    case .int64: return storeInteger(value, as: Int64.self, into: &bytes, at: position)
    case .uint64: return storeInteger(value, as: UInt64.self, into: &bytes, at: position)
    case .float:
      if case .float(let number) = value, let narrow = narrow(number) {
        store(narrow.bitPattern, into: &bytes, at: position)
        return true
      }
      return false
    case .double:
      if case .float(let number) = value {
        store(number.bitPattern, into: &bytes, at: position)
        return true
      }
      return false
    default:
      return false
    }
  }

  @inline(__always)
  private func storeInteger<Number: FixedWidthInteger & BitwiseCopyable>(
    _ value: PackedValue, as type: Number.Type, into bytes: inout MutableRawSpan, at position: Int
  ) -> Bool {
    guard case .integer(let number) = value else { return false }
    let narrow = Number(truncatingIfNeeded: number)
    guard Int128(truncatingIfNeeded: narrow) == number else { return false }
    store(narrow, into: &bytes, at: position)
    return true
  }

  /// Writes a number in the format's byte order. In bounds by the caller's ``holdsRecord(_:at:)``.
  @inlinable @inline(__always)
  func store<Number: FixedWidthInteger & BitwiseCopyable>(
    _ number: Number, into bytes: inout MutableRawSpan, at position: Int
  ) {
    bytes.storeBytes(
      of: isSwapped ? number.byteSwapped : number, toUncheckedByteOffset: position, as: Number.self)
  }

  /// Writes any value into a field of a record that is zeroed and in bounds.
  ///
  /// - Parameters:
  ///   - value: What to write.
  ///   - field: In which form.
  ///   - index: The place in the list of values, for errors.
  ///   - bytes: The buffer.
  ///   - position: Where the field begins in it.
  @usableFromInline
  func store(
    _ value: PackedValue, in field: Field, index: Int, into bytes: inout MutableRawSpan, at position: Int
  ) throws(PackingError) {
    switch field.code {
    case .bool:
      store(value.truth ? 1 : 0 as UInt8, into: &bytes, at: position)
    case .half, .float, .double:
      try storeFloat(value, in: field, index: index, into: &bytes, at: position)
    case .char:
      guard let string = value.bytesValue, string.count == 1 else {
        throw PackingError(.wrongType, "char format requires a bytes object of length 1: values[\(index)] is \(value)")
      }
      store(string[0], into: &bytes, at: position)
    case .string, .pascalString:
      guard case .bytes(let string) = value else { throw field.notBytes(value, index: index) }
      string.withUnsafeBytes { store($0, in: field, into: &bytes, at: position) }
    default:
      try storeInteger(value, in: field, index: index, into: &bytes, at: position)
    }
  }

  private func storeInteger(
    _ value: PackedValue, in field: Field, index: Int, into bytes: inout MutableRawSpan, at position: Int
  ) throws(PackingError) {
    guard let number = value.integerValue else { throw field.notInteger(value, index: index) }
    guard field.integerRange.contains(number) else { throw field.outOfRange(number, index: index) }
    switch field.size {
    case 1: store(UInt8(truncatingIfNeeded: number), into: &bytes, at: position)
    case 2: store(UInt16(truncatingIfNeeded: number), into: &bytes, at: position)
    case 4: store(UInt32(truncatingIfNeeded: number), into: &bytes, at: position)
    default: store(UInt64(truncatingIfNeeded: number), into: &bytes, at: position)
    }
  }

  private func storeFloat(
    _ value: PackedValue, in field: Field, index: Int, into bytes: inout MutableRawSpan, at position: Int
  ) throws(PackingError) {
    guard let number = value.doubleValue else { throw field.notFloat(value, index: index) }
    switch field.code {
    case .double:
      return store(number.bitPattern, into: &bytes, at: position)
    case .float:
      if let narrow = narrow(number) { return store(narrow.bitPattern, into: &bytes, at: position) }
    default:
      if let bits = HalfPrecision.bits(number) { return store(bits, into: &bytes, at: position) }
    }
    throw field.tooLarge(value, index: index)
  }

  /// The nearest `Float`; nil if that is infinite and the number is not.
  private func narrow(_ number: Double) -> Float? {
    let narrow = Float(number)
    // In native formats CPython leaves it at C's cast, and what is too large becomes infinite.
    return byteOrder == .native || narrow.isFinite || !number.isFinite ? narrow : nil
  }

  /// Writes a byte string: what does not fit is cut off, what is missing stays zero.
  private func store(
    _ string: UnsafeRawBufferPointer, in field: Field, into bytes: inout MutableRawSpan, at position: Int
  ) {
    let prefix = field.code == .pascalString ? 1 : 0
    // CPython writes outside of a `0p`; here it has no room for a length, and nothing is written.
    guard field.size > 0 else { return }
    let count = min(string.count, field.size - prefix)
    bytes.withUnsafeMutableBytes { all in
      let target = UnsafeMutableRawBufferPointer(rebasing: all[position + prefix..<position + prefix + count])
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: string[..<count]))
    }
    if prefix == 1 { store(UInt8(min(count, 255)), into: &bytes, at: position) }
  }
}
