/// A layout of binary records, parsed once from Python's `struct` notation and used as often as needed.
///
/// ```swift
/// let format = try BinaryFormat("<I3sf")
/// let bytes = try format.pack(UInt32(7), PackedBytes("abc"), Float(1.5))
/// let (id, name, score) = try format.unpack(UInt32.self, [UInt8].self, Float.self, from: bytes)
/// ```
///
/// A format is an optional byte order and then codes (see ``FieldCode``), each with an optional repeat count before
/// it; white space between codes is ignored. Without a byte order, or with `@`, fields have C's sizes and alignment
/// on this machine; a trailing `0` code, as in `llh0l`, pads the record to that code's alignment.
///
/// Values are given and taken in two forms: the typed form names Swift types and allocates nothing for numbers; the
/// dynamic form (``pack(values:)``, ``unpack(from:at:)``) has ``PackedValue``s, for formats that are known only when
/// the program runs. Both accept what CPython's `struct` accepts, and fail where it fails.
@frozen
public struct BinaryFormat: Sendable {
  /// The text that the format was made from. (Python: `Struct.format`.)
  public let format: String

  /// The bytes of one record. (Python: `Struct.size`, `calcsize`.) As large as an `Int` can be: look at it before
  /// you pack by a format that somebody else wrote.
  public let size: Int

  /// The number of values in one record.
  public let valueCount: Int

  /// The byte order and alignment that the format asks for.
  public let byteOrder: ByteOrder

  @usableFromInline let runs: [FieldRun]
  @usableFromInline let layout: FastLayout
  /// Whether numbers lie in the other order than this machine's.
  @usableFromInline let isSwapped: Bool

  /// Parses a format.
  ///
  /// - Parameter format: Python's notation, as `<I3sf`.
  /// - Throws: ``PackingError/Code/invalidFormat``, ``PackingError/Code/sizeOverflow``.
  public init(_ format: String) throws(PackingError) {
    var parser = FormatParser(format)
    try parser.parse()
    self.format = format
    size = parser.size
    valueCount = parser.valueCount
    byteOrder = parser.byteOrder
    runs = parser.runs
    isSwapped = parser.byteOrder.isSwapped
    layout = FastLayout(Fields(parser.runs), size: parser.size)
  }

  /// The places of the values in a record, in order.
  public var fields: Fields { Fields(runs) }
}

extension BinaryFormat {
  /// The first character of a format.
  public enum ByteOrder: Hashable, Sendable {
    /// `@` or nothing: this machine's order, C's sizes and alignment.
    case native
    /// `=`: this machine's order, standard sizes, no alignment.
    case standard
    /// `<`: the least significant byte first; standard sizes, no alignment.
    case littleEndian
    /// `>` or `!`: the most significant byte first, "network byte order"; standard sizes, no alignment.
    case bigEndian

    var isSwapped: Bool {
      switch self {
      case .native, .standard: false
      case .littleEndian: UInt16(1).littleEndian != 1
      case .bigEndian: UInt16(1).bigEndian != 1
      }
    }
  }
}

extension BinaryFormat: Hashable, CustomStringConvertible {
  /// Formats are equal if their texts are: `2i` is another format than `ii`.
  public static func == (left: BinaryFormat, right: BinaryFormat) -> Bool {
    left.format == right.format
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(format)
  }

  /// The text that the format was made from.
  public var description: String { format }
}
