extension BinaryFormat {
  /// Whether a whole record lies at an offset that is not negative. With it, everything that ``layout`` and ``runs``
  /// say is in bounds: no field ends behind `size`. (The difference cannot overflow if the offset is not negative.)
  @inlinable @inline(__always)
  func holdsRecord(_ byteCount: Int, at offset: Int) -> Bool {
    offset >= 0 && byteCount &- offset >= size
  }

  /// Where a record begins that is to be written at an offset.
  @inlinable @inline(__always)
  func startForPacking(at offset: Int, in byteCount: Int) throws(PackingError) -> Int {
    if holdsRecord(byteCount, at: offset) { return offset }
    return try start(at: offset, in: byteCount, call: "pack_into", verb: "pack", lack: "no space")
  }

  /// Where a record begins that is to be read: at an offset, or nil if the buffer has to be exactly that record.
  @inlinable @inline(__always)
  func startForUnpacking(at offset: Int?, in byteCount: Int) throws(PackingError) -> Int {
    if let offset {
      if holdsRecord(byteCount, at: offset) { return offset }
      return try start(at: offset, in: byteCount, call: "unpack_from", verb: "unpack", lack: "not enough data")
    }
    guard byteCount == size else { throw wrongSize(byteCount) }
    return 0
  }

  @usableFromInline
  func wrongSize(_ byteCount: Int) -> PackingError {
    PackingError(.wrongSize, "unpack requires a buffer of \(size) bytes (actual buffer size is \(byteCount))")
  }

  /// The start of a record whose offset is negative or that is out of bounds.
  @usableFromInline
  func start(
    at offset: Int, in byteCount: Int, call: String, verb: String, lack: String
  ) throws(PackingError) -> Int {
    var start = offset
    if offset < 0 {
      guard offset + size <= 0 else {
        throw PackingError(.bufferTooSmall, "\(lack) to \(verb) \(size) bytes at offset \(offset)")
      }
      guard offset + byteCount >= 0 else {
        throw PackingError(.bufferTooSmall, "offset \(offset) out of range for \(byteCount)-byte buffer")
      }
      start += byteCount
    }
    guard holdsRecord(byteCount, at: start) else {
      // As UInt: the sum can be more than Int.max.
      throw PackingError(
        .bufferTooSmall,
        "\(call) requires a buffer of at least \(UInt(start) + UInt(size)) bytes for \(verb)ing \(size) bytes "
          + "at offset \(start) (actual buffer size is \(byteCount))")
    }
    return start
  }

  /// Compares the number of values, or types, with that of fields.
  @inlinable @inline(__always)
  func checkCount(_ count: Int, verb: StaticString) throws(PackingError) {
    guard count == valueCount else { throw wrongCount(count, verb: verb) }
  }

  @usableFromInline
  func wrongCount(_ count: Int, verb: StaticString) -> PackingError {
    PackingError(.wrongCount, "\(verb) expected \(valueCount) items for \(verb)ing (got \(count))")
  }

  /// Zeroes a record that is in bounds: its padding, and what byte strings do not fill.
  ///
  /// Two stores that overlap do for 8 to 32 bytes, in a fraction of the time that a call to memset takes.
  @inlinable @inline(__always)
  func zeroRecord(_ bytes: inout MutableRawSpan, at start: Int) {
    if size > 16 {
      if size > 32 { return zeroAnyRecord(&bytes, at: start) }
      bytes.storeBytes(of: .zero, toUncheckedByteOffset: start, as: SIMD2<UInt64>.self)
      bytes.storeBytes(of: .zero, toUncheckedByteOffset: start &+ size &- 16, as: SIMD2<UInt64>.self)
    } else {
      if size < 8 { return zeroAnyRecord(&bytes, at: start) }
      bytes.storeBytes(of: 0, toUncheckedByteOffset: start, as: UInt64.self)
      bytes.storeBytes(of: 0, toUncheckedByteOffset: start &+ size &- 8, as: UInt64.self)
    }
  }

  @usableFromInline
  func zeroAnyRecord(_ bytes: inout MutableRawSpan, at start: Int) {
    bytes.withUnsafeMutableBytes { all in
      _ = all[start..<start + size].initializeMemory(as: UInt8.self, repeating: 0)
    }
  }
}
