extension BinaryFormat {
  /// Reads the values of a record that is in bounds into an array, whose storage is used again if it is that long.
  @usableFromInline
  func load(from bytes: RawSpan, start: Int, into values: inout [PackedValue]) {
    guard values.count == valueCount else {
      values = load(from: bytes, start: start)
      return
    }
    var values = values.mutableSpan
    var index = 0
    for run in runs {
      var position = start &+ run.first.offset
      for _ in 0..<run.count {
        values[index] = load(run.operation, size: run.first.size, from: bytes, at: position)
        index += 1
        position &+= run.first.size
      }
    }
  }

  /// Reads the values of a record that is in bounds into a new array.
  @usableFromInline
  func load(from bytes: RawSpan, start: Int) -> [PackedValue] {
    var at = Place(start: start)
    // A literal's array is made in one go, in half of the time that reserving and appending take.
    switch valueCount {
    case 1:
      return [next(&at, bytes)]
    case 2:
      return [next(&at, bytes), next(&at, bytes)]
    case 3:
      return [next(&at, bytes), next(&at, bytes), next(&at, bytes)]
    case 4:
      return [next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes)]
    case 5:
      return [next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes)]
    case 6:
      return [
        next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes),
      ]
    case 7:
      return [
        next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes),
        next(&at, bytes),
      ]
    case 8:
      return [
        next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes), next(&at, bytes),
        next(&at, bytes), next(&at, bytes),
      ]
    default:
      var values: [PackedValue] = []
      values.reserveCapacity(valueCount)
      for _ in 0..<valueCount { values.append(next(&at, bytes)) }
      return values
    }
  }

  private struct Place {
    let start: Int
    var run = 0
    var index = 0
  }

  private func next(_ at: inout Place, _ bytes: RawSpan) -> PackedValue {
    let run = runs[at.run]
    let field = run.field(at.index)
    at.index += 1
    if at.index == run.count {
      at.run += 1
      at.index = 0
    }
    return load(run.operation, size: field.size, from: bytes, at: at.start &+ field.offset)
  }

  /// Reads the value of a field in bounds.
  @usableFromInline
  func load(_ operation: FieldOperation, size: Int, from bytes: RawSpan, at position: Int) -> PackedValue {
    switch operation {
    case .int8: return integer(Int8.self, from: bytes, at: position)
    case .uint8: return integer(UInt8.self, from: bytes, at: position)
    case .int16: return integer(Int16.self, from: bytes, at: position)
    case .uint16: return integer(UInt16.self, from: bytes, at: position)
    case .int32: return integer(Int32.self, from: bytes, at: position)
    case .uint32: return integer(UInt32.self, from: bytes, at: position)
    case .int64: return integer(Int64.self, from: bytes, at: position)
    case .uint64: return integer(UInt64.self, from: bytes, at: position)
    case .pointer: return integer(UInt.self, from: bytes, at: position)
    case .bool: return .bool(load(UInt8.self, from: bytes, at: position) != 0)
    case .half: return .float(HalfPrecision.number(load(UInt16.self, from: bytes, at: position)))
    case .float: return .float(Double(Float(bitPattern: load(UInt32.self, from: bytes, at: position))))
    case .double: return .float(Double(bitPattern: load(UInt64.self, from: bytes, at: position)))
    case .char, .string: return .bytes(PackedBytes(bytes.extracting(position..<position + size)))
    case .pascalString: return .bytes(loadPascalString(size: size, from: bytes, at: position))
    }
  }

  @inline(__always)
  private func integer<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, from bytes: RawSpan, at position: Int
  ) -> PackedValue {
    .integer(Int128(truncatingIfNeeded: load(type, from: bytes, at: position)))
  }

  /// Reads a number in the format's byte order. In bounds by the caller's ``holdsRecord(_:at:)``.
  @inlinable @inline(__always)
  func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ type: Number.Type, from bytes: RawSpan, at position: Int
  ) -> Number {
    let number = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: type)
    return isSwapped ? number.byteSwapped : number
  }

  private func loadPascalString(size: Int, from bytes: RawSpan, at position: Int) -> PackedBytes {
    // CPython fails at a `0p` with a SystemError; there is no length to read, so it is an empty string.
    guard size > 0 else { return PackedBytes() }
    let count = min(Int(load(UInt8.self, from: bytes, at: position)), size - 1)
    return PackedBytes(bytes.extracting(position + 1..<position + 1 + count))
  }
}
