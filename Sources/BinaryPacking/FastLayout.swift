/// The shapes and offsets of a format of at most eight fields, where the typed form finds them without a detour.
@frozen @usableFromInline
struct FastLayout: Sendable {
  /// The shapes of fields 0 to 3, the first in the lowest 16 bits; 0 where there is no field.
  @usableFromInline private(set) var low: UInt64 = 0
  /// The shapes of fields 4 to 7.
  @usableFromInline private(set) var high: UInt64 = 0
  @usableFromInline private(set) var offsets: [8 of UInt16] = [8 of UInt16](repeating: 0)
  /// What the dynamic form does with each field, for types that are not its own.
  @usableFromInline private(set) var operations = [8 of FieldOperation](repeating: .int8)
  /// How many fields there are; -1 in ``none``.
  @usableFromInline private(set) var count = -1
  /// Whether there are bytes between, before or behind the fields, to be zeroed.
  @usableFromInline private(set) var hasPadding = true

  @inlinable static var capacity: Int { 8 }

  /// No field at all; matches no list of types.
  static var none: FastLayout { FastLayout() }

  private init() {}

  /// The layout of some fields; ``none`` if they are too many, too far apart, or of no shape that a type can have.
  ///
  /// Bounds are checked here, once for all: ``BinaryFormat`` only reads and writes `offsets` of a record that it has
  /// seen to be in bounds as a whole.
  init(_ fields: BinaryFormat.Fields, size: Int) {
    var fields = fields
    var index = 0
    var covered = 0
    var shapes = SIMD8<UInt16>(repeating: 0)
    while let (field, run) = fields.nextInRun() {
      guard index < Self.capacity, run.shape != .none, let offset = UInt16(exactly: field.offset) else {
        self = .none
        return
      }
      shapes[index] = run.shape.bits
      offsets[index] = offset
      operations[index] = run.operation
      covered += field.size
      index += 1
    }
    low = Self.word(shapes.lowHalf)
    high = Self.word(shapes.highHalf)
    hasPadding = covered != size
    count = index
  }

  private static func word(_ shapes: SIMD4<UInt16>) -> UInt64 {
    (0..<4).reduce(0) { $0 | UInt64(shapes[$1]) << (16 * UInt64($1)) }
  }

  /// Whether a list of types has exactly these shapes; folds to two comparisons with constants.
  @inlinable @inline(__always)
  func matches(_ types: ShapeList) -> Bool {
    low & types.lowMask == types.low && high & types.highMask == types.high
  }

  @inlinable @inline(__always)
  func shape(_ index: Int) -> FieldShape {
    let word = index < 4 ? low : high
    return FieldShape(bits: UInt16(truncatingIfNeeded: word >> (16 * UInt64(index & 3))))
  }

  /// Where a field lies in a buffer in which the record begins at `start`.
  @inlinable @inline(__always)
  func place<Value>(_ type: Value.Type, _ index: Int, start: Int, isSwapped: Bool) -> FieldPlace<Value> {
    FieldPlace(
      position: start &+ Int(offsets[index]), width: shape(index).width, operation: operations[index],
      isSwapped: isSwapped)
  }
}

/// The shapes of the types of one call.
@frozen @usableFromInline
struct ShapeList {
  // All bits of a place without a type have to agree too: the format has no field there.
  @usableFromInline var low: UInt64 = 0
  @usableFromInline var lowMask: UInt64 = .max
  @usableFromInline var high: UInt64 = 0
  @usableFromInline var highMask: UInt64 = .max

  @inlinable @inline(__always)
  init() {}

  /// The list with one more shape, at a place from 0 to 7.
  @inlinable @inline(__always)
  func with(_ shape: FieldShape, at index: Int) -> ShapeList {
    var list = self
    let shift = 16 * UInt64(index & 3)
    if index < 4 {
      list.low |= UInt64(shape.bits) << shift
      list.lowMask &= ~(UInt64(~shape.mask) << shift)
    } else {
      list.high |= UInt64(shape.bits) << shift
      list.highMask &= ~(UInt64(~shape.mask) << shift)
    }
    return list
  }
}
