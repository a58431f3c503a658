/// The entries of a `branch` or `entries` body, one after the other, without an object for each.
///
/// ```swift
/// var scanner = EntryScanner()
/// while let entry = try scanner.next(in: body.span) { … }
/// ```
///
/// It takes what this project's server writes. A body that it refuses may still be right (a fraction, a nested
/// member that is yet to be invented): then ``JSON/decode(_:from:)`` with `[Entry].self` has the last word.
public struct EntryScanner: Sendable {
  /// What stands in one entry.
  public struct Item: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
      case file, folder, other
    }

    public var name: FlatJSON.Text
    public var kind: Kind
    public var size: Int64?
    public var modified: FileTime
    public var isExecutable: Bool
    public var sha256: Digest256?
  }

  /// The body is not what this reads.
  public struct Unreadable: Error, Hashable, Sendable {
    public init() {}
  }

  private var json = FlatJSON()
  private var hasBegun = false
  private var hasEnded = false

  public init() {}

  /// The next entry; nil behind the last one.
  /// - Parameter bytes: the same body at each call.
  public mutating func next(in bytes: borrowing Span<UInt8>) throws(Unreadable) -> Item? {
    if hasEnded { return nil }
    if hasBegun {
      if json.skip(UInt8(ascii: "]"), in: bytes) { return try end(bytes) }
      guard json.skip(UInt8(ascii: ","), in: bytes) else { throw Unreadable() }
    } else {
      guard json.skip(UInt8(ascii: "["), in: bytes) else { throw Unreadable() }
      hasBegun = true
      if json.skip(UInt8(ascii: "]"), in: bytes) { return try end(bytes) }
    }
    guard json.skip(UInt8(ascii: "{"), in: bytes) else { throw Unreadable() }
    var fields = Fields()
    repeat {
      guard let key = json.key(in: bytes), let value = json.value(in: bytes),
        fields.note(value, of: key, in: bytes)
      else { throw Unreadable() }
    } while json.skip(UInt8(ascii: ","), in: bytes)
    guard json.skip(UInt8(ascii: "}"), in: bytes), let item = fields.item else { throw Unreadable() }
    return item
  }

  private mutating func end(_ bytes: borrowing Span<UInt8>) throws(Unreadable) -> Item? {
    guard json.isAtEnd(of: bytes) else { throw Unreadable() }
    hasEnded = true
    return nil
  }

  private struct Fields {
    var name: FlatJSON.Text?
    var kind: Item.Kind?
    var size: Int64?
    var seconds: Int64?
    var nanoseconds: Int32?
    var isExecutable = false
    var sha256: Digest256?

    mutating func note(
      _ value: FlatJSON.Value, of key: Range<Int>, in bytes: borrowing Span<UInt8>
    ) -> Bool {
      func isKey(_ name: StaticString) -> Bool { FlatJSON.equals(key, name, in: bytes) }
      switch value {
      case .text(let text):
        if isKey("name") {
          name = text
        } else if isKey("kind") {
          kind = Self.kind(text, in: bytes)
          return kind != nil
        } else if isKey("sha256") {
          sha256 = Digest256(hex: text, in: bytes)
          return sha256 != nil
        }
      case .integer(let number):
        if isKey("size") {
          size = number
          return number >= 0
        } else if isKey("mtime") {
          seconds = number
        } else if isKey("mtimeNanos") {
          nanoseconds = Int32(exactly: number)
          return (0..<1_000_000_000).contains(number)
        }
      case .boolean(let flag):
        if isKey("executable") { isExecutable = flag }
      case .null:
        return false
      }
      return true
    }

    private static func kind(_ text: FlatJSON.Text, in bytes: borrowing Span<UInt8>) -> Item.Kind? {
      if FlatJSON.equals(text.range, "file", in: bytes) { return .file }
      if FlatJSON.equals(text.range, "folder", in: bytes) { return .folder }
      return FlatJSON.equals(text.range, "other", in: bytes) ? .other : nil
    }

    var item: Item? {
      guard let name, let kind, let seconds, let nanoseconds else { return nil }
      return Item(
        name: name, kind: kind, size: size, modified: FileTime(seconds: seconds, nanoseconds: nanoseconds),
        isExecutable: isExecutable, sha256: sha256)
    }
  }
}
