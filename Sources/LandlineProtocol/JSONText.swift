/// JSON text as it is written, for heads and entries whose shape is known: no tree of values, no keyed container.
///
/// ```swift
/// var text = JSONText()
/// text.member("path", "a.txt")
/// text.member("size", 3)
/// text.bytes  // {"path":"a.txt","size":3
/// text.end()  // {"path":"a.txt","size":3}
/// ```
public struct JSONText: Sendable {
  /// What is written so far.
  public private(set) var bytes: [UInt8]
  private var isFirst = true

  /// Begins an object.
  /// - Parameters:
  ///   - capacity: about how many bytes it will be.
  public init(capacity: Int = 256) {
    bytes = []
    bytes.reserveCapacity(capacity)
    bytes.append(UInt8(ascii: "{"))
  }

  /// Begins an object behind `bytes`.
  public init(after bytes: consuming [UInt8]) {
    self.bytes = bytes
    self.bytes.append(UInt8(ascii: "{"))
  }

  /// Adds a string.
  public mutating func member(_ key: StaticString, _ value: String) {
    begin(key)
    string(value)
  }

  /// Adds a string of UTF-8.
  public mutating func member(_ key: StaticString, utf8 value: some Collection<UInt8>) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    escape(value)
    bytes.append(UInt8(ascii: "\""))
  }

  public mutating func member(_ key: StaticString, _ value: some FixedWidthInteger) {
    begin(key)
    integer(value)
  }

  public mutating func member(_ key: StaticString, _ value: Bool) {
    begin(key)
    append(value ? "true" : "false")
  }

  public mutating func member(_ key: StaticString, _ value: Digest256) {
    begin(key)
    bytes.append(UInt8(ascii: "\""))
    value.withUnsafeBytes { Hex.append($0, to: &bytes) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Adds an array of strings.
  public mutating func member(_ key: StaticString, _ values: [String]) {
    begin(key)
    bytes.append(UInt8(ascii: "["))
    for (index, value) in values.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      string(value)
    }
    bytes.append(UInt8(ascii: "]"))
  }

  /// Begins a further object of an array behind one that has ended.
  public mutating func beginNext() {
    bytes.append(UInt8(ascii: ","))
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
  }

  /// Ends the object.
  public mutating func end() {
    bytes.append(UInt8(ascii: "}"))
  }

  // MARK: Pieces

  private mutating func begin(_ key: StaticString) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
    bytes.append(UInt8(ascii: "\""))
    append(key)
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: StaticString) {
    text.withUTF8Buffer { bytes.append(contentsOf: $0) }
  }

  private mutating func integer(_ value: some FixedWidthInteger) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    var rest = value.magnitude
    let start = bytes.count
    repeat {
      let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
      bytes.append(UInt8(ascii: "0") + UInt8(digit))
      rest = quotient
    } while rest > 0
    bytes[start...].reverse()
  }

  private mutating func string(_ value: String) {
    bytes.append(UInt8(ascii: "\""))
    // Native strings give their bytes without a copy; only bridged ones do not, and there are none here.
    if value.utf8.withContiguousStorageIfAvailable({ escape($0) }) == nil { escape(value.utf8) }
    bytes.append(UInt8(ascii: "\""))
  }

  /// What RFC 8259 section 7 does not let stand in a string as it is.
  private mutating func escape(_ text: some Collection<UInt8>) {
    let needsNone = text.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    if needsNone {
      bytes.append(contentsOf: text)
      return
    }
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x00...0x1F:
        append("\\u00")
        Hex.append(CollectionOfOne(byte), to: &bytes)
      default:
        bytes.append(byte)
      }
    }
  }
}
