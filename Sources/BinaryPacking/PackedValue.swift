/// A value of the dynamic form: what CPython's `struct` takes and gives as `int`, `float`, `bool` and `bytes`.
///
/// ```swift
/// let record: [PackedValue] = [7, .bytes("abc"), 1.5, true, PackedValue(count)]
/// ```
@frozen
public enum PackedValue: Hashable, Sendable {
  /// A whole number, for any of the integer codes; wide enough for all values of `q` and `Q`, and to be out of range.
  case integer(Int128)
  /// A number for `e`, `f` and `d`.
  case float(Double)
  /// A truth value for `?`. Integer and float fields take it as 0 or 1.
  case bool(Bool)
  /// A byte string for `c`, `s` and `p`.
  case bytes(PackedBytes)

  /// The value of the dynamic form that stands for one of the typed form: of an `Int`, a `Double`, a `[UInt8]`.
  @inlinable
  public init(_ value: some PackedConvertible) {
    self = value.packedValue
  }

  /// The number; nil if the value is none. A truth value is 0 or 1, as in Python.
  @inlinable
  public var integerValue: Int128? {
    switch self {
    case .integer(let number): number
    case .bool(let truth): truth ? 1 : 0
    case .float, .bytes: nil
    }
  }

  /// The number as a `Double`, rounded to the nearest; nil if the value is none.
  @inlinable
  public var doubleValue: Double? {
    switch self {
    case .integer(let number): Double(number)
    case .float(let number): number
    case .bool(let truth): truth ? 1 : 0
    case .bytes: nil
    }
  }

  /// The byte string; nil if the value is none.
  @inlinable
  public var bytesValue: PackedBytes? {
    if case .bytes(let bytes) = self { bytes } else { nil }
  }

  /// What Python's `bool(value)` is: false for 0, 0.0 and the empty string.
  @inlinable
  public var truth: Bool {
    switch self {
    case .integer(let number): number != 0
    case .float(let number): number != 0
    case .bool(let truth): truth
    case .bytes(let bytes): !bytes.isEmpty
    }
  }
}

extension PackedValue: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral {
  @inlinable
  public init(integerLiteral number: Int128) {
    self = .integer(number)
  }

  @inlinable
  public init(floatLiteral number: Double) {
    self = .float(number)
  }

  @inlinable
  public init(booleanLiteral truth: Bool) {
    self = .bool(truth)
  }
}

extension PackedValue: CustomStringConvertible {
  /// The number or truth value; of a byte string how long it is, for its bytes may be a peer's and many.
  public var description: String {
    switch self {
    case .integer(let number): "\(number)"
    case .float(let number): "\(number)"
    case .bool(let truth): "\(truth)"
    case .bytes(let bytes): "a string of \(bytes.count) bytes"
    }
  }
}
