/// What the dynamic form does with a field: code and width in one, so that a single jump decides.
@frozen @usableFromInline
enum FieldOperation: UInt8, Sendable {
  case int8, uint8, int16, uint16, int32, uint32, int64, uint64
  case pointer
  case bool
  case half, float, double
  case char, string, pascalString

  init(_ code: FieldCode, size: Int) {
    switch code {
    case .bool: self = .bool
    case .half: self = .half
    case .float: self = .float
    case .double: self = .double
    case .char: self = .char
    // Padding is no field; as a string it would do no harm.
    case .string, .padding: self = .string
    case .pascalString: self = .pascalString
    case .pointer: self = .pointer
    default: self = Self.integer(size: size, isSigned: code.isSigned == true)
    }
  }

  private static func integer(size: Int, isSigned: Bool) -> FieldOperation {
    switch size {
    case 1: isSigned ? .int8 : .uint8
    case 2: isSigned ? .int16 : .uint16
    case 4: isSigned ? .int32 : .uint32
    default: isSigned ? .int64 : .uint64
    }
  }
}
