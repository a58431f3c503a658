/// Writes the JSON arrays of entries that travel as bodies (`entries`, `branch`).
///
/// A tree may have a million names: written by hand into one buffer an entry costs a tenth of what a general encoder
/// takes. `Entry` is what decodes it.
public struct EntryEncoder: Sendable {
  private static let beginning = [UInt8(ascii: "[")]

  private var text = JSONText(after: beginning)
  /// How many entries the array has.
  public private(set) var count = 0

  public init() {}

  /// The length of the array so far, in bytes.
  public var byteCount: Int { count == 0 ? 2 : text.bytes.count + 1 }

  /// Adds an entry.
  /// - Parameters:
  ///   - name: UTF-8, as `RemotePath` allows it.
  ///   - size: in bytes; for files only, as is `executable`.
  public mutating func append(
    name: [UInt8], kind: String, size: Int64?, modified: FileTime, executable: Bool?, sha256: Digest256? = nil
  ) {
    if count > 0 { text.beginNext() }
    count += 1
    text.member("name", utf8: name)
    text.member("kind", kind)
    if let size { text.member("size", size) }
    text.member("mtime", modified.seconds)
    text.member("mtimeNanos", modified.nanoseconds)
    if let executable { text.member("executable", executable) }
    if let sha256 { text.member("sha256", sha256) }
    text.end()
  }

  /// The array, with which the encoder begins anew.
  public mutating func finish() -> [UInt8] {
    defer {
      text = JSONText(after: Self.beginning)
      count = 0
    }
    return count == 0 ? Array("[]".utf8) : text.bytes + [UInt8(ascii: "]")]
  }
}
