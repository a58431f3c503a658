/// Reads a format from left to right; time and memory grow with its text, not with its counts.
struct FormatParser {
  private let text: String.UTF8View
  private var position: String.UTF8View.Index

  private(set) var byteOrder = BinaryFormat.ByteOrder.native
  private(set) var runs: [BinaryFormat.FieldRun] = []
  private(set) var size = 0
  private(set) var valueCount = 0

  init(_ format: String) {
    text = format.utf8
    position = text.startIndex
  }

  mutating func parse() throws(PackingError) {
    // CPython refuses both before it reads the first code.
    guard text.allSatisfy({ $0 < 0x80 }) else {
      throw PackingError(.invalidFormat, "a struct format has ASCII characters only")
    }
    guard !text.contains(0) else { throw PackingError(.invalidFormat, "embedded null character") }
    parseByteOrder()
    while let character = next() {
      if !Self.isSpace(character) { try parseItem(character) }
    }
  }

  private mutating func next() -> UInt8? {
    guard position < text.endIndex else { return nil }
    defer { text.formIndex(after: &position) }
    return text[position]
  }

  private mutating func parseByteOrder() {
    switch text.first {
    case UInt8(ascii: "@"): byteOrder = .native
    case UInt8(ascii: "="): byteOrder = .standard
    case UInt8(ascii: "<"): byteOrder = .littleEndian
    case UInt8(ascii: ">"), UInt8(ascii: "!"): byteOrder = .bigEndian
    default: return
    }
    text.formIndex(after: &position)
  }

  private mutating func parseItem(_ first: UInt8) throws(PackingError) {
    var character = first
    var count = 1
    if Self.isDigit(character) {
      count = Int(character - UInt8(ascii: "0"))
      while true {
        guard let next = next() else {
          throw PackingError(.invalidFormat, "repeat count given without format specifier: '\(count)' at the end")
        }
        character = next
        guard Self.isDigit(character) else { break }
        let (tens, overflow) = count.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tens.addingReportingOverflow(Int(character - UInt8(ascii: "0")))
        guard !overflow, !carry else { throw Self.sizeOverflow }
        count = sum
      }
    }
    let (code, metrics) = try resolve(character)
    try append(code, metrics, count: count)
  }

  private func resolve(_ character: UInt8) throws(PackingError) -> (FieldCode, FieldCode.Metrics) {
    if let code = FieldCode(rawValue: character),
      let metrics = byteOrder == .native ? code.nativeMetrics : code.standardMetrics
    {
      return (code, metrics)
    }
    let name = Character(Unicode.Scalar(character))
    let reason = FieldCode(rawValue: character) == nil ? "" : "; it is for native formats (no order, or '@') only"
    throw PackingError(.invalidFormat, "bad char in struct format: '\(name)'\(reason)")
  }

  private mutating func append(
    _ code: FieldCode, _ metrics: FieldCode.Metrics, count: Int
  ) throws(PackingError) {
    // CPython aligns a count of 0 too: that is what a trailing `0l` is for.
    let misaligned = size % metrics.alignment
    let start = size.addingReportingOverflow(misaligned == 0 ? 0 : metrics.alignment - misaligned)
    let bytes = count.multipliedReportingOverflow(by: metrics.size)
    let end = start.partialValue.addingReportingOverflow(bytes.partialValue)
    guard !start.overflow, !bytes.overflow, !end.overflow else { throw Self.sizeOverflow }
    size = end.partialValue
    switch code {
    case .padding:
      break
    case .string, .pascalString:
      try add(BinaryFormat.Field(code: code, offset: start.partialValue, size: count), count: 1)
    default:
      try add(BinaryFormat.Field(code: code, offset: start.partialValue, size: metrics.size), count: count)
    }
  }

  private mutating func add(_ first: BinaryFormat.Field, count: Int) throws(PackingError) {
    guard count > 0 else { return }
    // `0s` is a value without a byte: there can be more values than an Int counts although the size fits.
    let (sum, overflow) = valueCount.addingReportingOverflow(count)
    guard !overflow else { throw Self.sizeOverflow }
    valueCount = sum
    runs.append(BinaryFormat.FieldRun(first: first, count: count))
  }

  private static var sizeOverflow: PackingError {
    PackingError(.sizeOverflow, "total struct size too long: more than \(Int.max) bytes")
  }

  private static func isDigit(_ character: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
  }

  /// C's `isspace`: blank, tab, line feed, vertical tab, form feed, carriage return.
  private static func isSpace(_ character: UInt8) -> Bool {
    character == 0x20 || (0x09...0x0D).contains(character)
  }
}
