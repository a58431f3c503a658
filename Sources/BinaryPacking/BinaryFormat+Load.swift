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
    // A literal's array is made in one go, in half of the time that reserving and appending take.
    switch layout.count {
    case 1:
      return [value(0, bytes, start)]
    case 2:
      return [value(0, bytes, start), value(1, bytes, start)]
    case 3:
      return [value(0, bytes, start), value(1, bytes, start), value(2, bytes, start)]
    case 4:
      return [value(0, bytes, start), value(1, bytes, start), value(2, bytes, start), value(3, bytes, start)]
    case 5:
      return [
        value(0, bytes, start), value(1, bytes, start), value(2, bytes, start), value(3, bytes, start),
        value(4, bytes, start),
      ]
    case 6:
      return [
        value(0, bytes, start), value(1, bytes, start), value(2, bytes, start), value(3, bytes, start),
        value(4, bytes, start), value(5, bytes, start),
      ]
    case 7:
      return [
        value(0, bytes, start), value(1, bytes, start), value(2, bytes, start), value(3, bytes, start),
        value(4, bytes, start), value(5, bytes, start), value(6, bytes, start),
      ]
    case 8:
      return [
        value(0, bytes, start), value(1, bytes, start), value(2, bytes, start), value(3, bytes, start),
        value(4, bytes, start), value(5, bytes, start), value(6, bytes, start), value(7, bytes, start),
      ]
    default:
      var values: [PackedValue] = []
      values.reserveCapacity(valueCount)
      for run in runs {
        var position = start &+ run.first.offset
        for _ in 0..<run.count {
          values.append(load(run.operation, size: run.first.size, from: bytes, at: position))
          position &+= run.first.size
        }
      }
      return values
    }
  }

  /// Reads the value of one of the first eight fields, of a format that has a ``layout``.
  private func value(_ index: Int, _ bytes: RawSpan, _ start: Int) -> PackedValue {
    let place = layout.place(PackedValue.self, index, start: start, isSwapped: isSwapped)
    return load(place.operation, size: place.width, from: bytes, at: place.position)
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
