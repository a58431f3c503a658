/// The letters of a format, named after the C types that they stand for (Python's "Format Characters").
@frozen
public enum FieldCode: UInt8, Hashable, Sendable, CaseIterable {
  /// `x`: a zero byte, no value.
  case padding = 0x78
  /// `c`: one byte, as a byte string of length 1.
  case char = 0x63
  /// `b`: signed, 1 byte.
  case signedChar = 0x62
  /// `B`: unsigned, 1 byte.
  case unsignedChar = 0x42
  /// `?`: a byte, 0 or 1; any other than 0 is read as true.
  case bool = 0x3F
  /// `h`: signed, 2 bytes.
  case short = 0x68
  /// `H`: unsigned, 2 bytes.
  case unsignedShort = 0x48
  /// `i`: signed, 4 bytes.
  case int = 0x69
  /// `I`: unsigned, 4 bytes.
  case unsignedInt = 0x49
  /// `l`: signed, 4 bytes; C's `long` in native formats.
  case long = 0x6C
  /// `L`: unsigned, 4 bytes; C's `unsigned long` in native formats.
  case unsignedLong = 0x4C
  /// `q`: signed, 8 bytes.
  case longLong = 0x71
  /// `Q`: unsigned, 8 bytes.
  case unsignedLongLong = 0x51
  /// `n`: C's `ssize_t`; in native formats only.
  case signedSize = 0x6E
  /// `N`: C's `size_t`; in native formats only.
  case size = 0x4E
  /// `e`: IEEE 754 binary16.
  case half = 0x65
  /// `f`: IEEE 754 binary32.
  case float = 0x66
  /// `d`: IEEE 754 binary64.
  case double = 0x64
  /// `s`: a byte string of fixed width; the repeat count is the width.
  case string = 0x73
  /// `p`: a Pascal string, a length byte and at most 255 bytes; the repeat count is the width with the length byte.
  case pascalString = 0x70
  /// `P`: a pointer as an unsigned number; in native formats only.
  case pointer = 0x50

  /// The letter in the format.
  public var letter: Character { Character(Unicode.Scalar(rawValue)) }
}

extension FieldCode {
  /// Size and alignment of a field, in bytes; `s` and `p` count by the byte.
  struct Metrics {
    var size: Int
    /// 1 for none.
    var alignment: Int

    init(size: Int) {
      self.size = size
      alignment = 1
    }

    init<T>(of type: T.Type) {
      size = MemoryLayout<T>.size
      alignment = MemoryLayout<T>.alignment
    }
  }

  /// What C's compiler does with the code's type.
  var nativeMetrics: Metrics {
    switch self {
    case .padding, .char, .signedChar, .unsignedChar, .bool, .string, .pascalString: Metrics(size: 1)
    case .short, .unsignedShort: Metrics(of: CShort.self)
    case .int, .unsignedInt: Metrics(of: CInt.self)
    case .long, .unsignedLong: Metrics(of: CLong.self)
    case .longLong, .unsignedLongLong: Metrics(of: CLongLong.self)
    case .signedSize, .size: Metrics(of: Int.self)
    case .half: Metrics(of: UInt16.self)
    case .float: Metrics(of: Float.self)
    case .double: Metrics(of: Double.self)
    case .pointer: Metrics(of: UnsafeRawPointer?.self)
    }
  }

  /// The same on each platform, without alignment; nil for the codes that only native formats have.
  var standardMetrics: Metrics? {
    switch self {
    case .padding, .char, .signedChar, .unsignedChar, .bool, .string, .pascalString: Metrics(size: 1)
    case .short, .unsignedShort, .half: Metrics(size: 2)
    case .int, .unsignedInt, .long, .unsignedLong, .float: Metrics(size: 4)
    case .longLong, .unsignedLongLong, .double: Metrics(size: 8)
    case .signedSize, .size, .pointer: nil
    }
  }

  /// Whether the field holds a number below zero too; nil for what is no integer.
  @inlinable
  var isSigned: Bool? {
    switch self {
    case .signedChar, .short, .int, .long, .longLong, .signedSize: true
    case .unsignedChar, .unsignedShort, .unsignedInt, .unsignedLong, .unsignedLongLong, .size, .pointer: false
    case .padding, .char, .bool, .half, .float, .double, .string, .pascalString: nil
    }
  }
}
