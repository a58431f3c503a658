internal import CSockets
internal import Glibc

/// How text is written in bytes. (Python: the names of codecs.)
///
/// ```swift
/// let bytes = try TextEncoding.gbk.encode("你好")
/// let text = try TextEncoding.gbk.decode(bytes)
/// ```
///
/// UTF-8, ASCII and Latin-1 are done here; all others by the C library's `iconv`.
public struct TextEncoding: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case utf8
    case ascii
    case latin1
    /// By iconv, under this name; with the differences between it and Python's codec.
    case iconv(String, CodecExceptions)
  }

  let kind: Kind

  /// The name.
  public let name: String

  /// Whether a newline is the byte 10, and the byte 10 a newline: lines can be found before they are
  /// decoded. Not so in UTF-16 and UTF-32.
  public let hasByteLines: Bool

  private init(_ kind: Kind, _ name: String, hasByteLines: Bool = true) {
    self.kind = kind
    self.name = name
    self.hasByteLines = hasByteLines
  }

  /// RFC 3629. (Python: `utf-8`.)
  public static let utf8 = TextEncoding(.utf8, "UTF-8")
  /// 7 bits. (Python: `ascii`.)
  public static let ascii = TextEncoding(.ascii, "ASCII")
  /// ISO 8859-1: each byte is the scalar of its number. (Python: `latin-1`.)
  public static let latin1 = TextEncoding(.latin1, "ISO-8859-1")
  /// GBK 1.0, as Python's `gbk` reads and writes it: without the euro sign, which `CP936` has as byte 0x80.
  public static let gbk = TextEncoding(.iconv("GBK", .gbk), "GBK")
  /// GB 18030, every scalar of Unicode, as Python's `gb18030` reads and writes it on any machine.
  ///
  /// The standard's editions, and the C library's versions, differ in some fifty rare scalars (presentation
  /// forms of punctuation, parts of characters); here they are those of Python, which are those of the edition of 2000.
  public static let gb18030 = TextEncoding(.iconv("GB18030", .gb18030), "GB18030")

  /// An encoding that this machine's `iconv` knows, as `iconv --list` spells it. (Python: any codec's name.)
  ///
  /// - Parameter name: As in `BIG5` or `SHIFT_JIS`. Those above are themselves under their names.
  /// - Returns: nil when it does not know it.
  public init?(named name: String) {
    switch name.uppercased() {
    case "UTF-8", "UTF8": self = .utf8
    case "ASCII", "US-ASCII": self = .ascii
    case "ISO-8859-1", "ISO8859-1", "LATIN1", "LATIN-1": self = .latin1
    case "GBK": self = .gbk
    case "GB18030": self = .gb18030
    default:
      // iconv takes options behind a slash, such as //IGNORE, which would hide errors.
      guard !name.contains("/"), let probe = try? Converter(from: "UTF-8", to: name) else { return nil }
      var probed = probe
      let newline = (try? probed.convertAll(Array("\n\n".utf8))) ?? []
      self.init(.iconv(name, .none), name, hasByteLines: newline == [10, 10])
    }
  }
}

/// What to do with bytes that are no text, or text that an encoding cannot write.
public enum MalformedText: Hashable, Sendable {
  /// ``SocketError/Code/encoding``. (Python: `strict`.)
  case fail
  /// U+FFFD in the place of each byte that fits nowhere, `?` in the place of a scalar. (Python: `replace`.)
  case replace
}

extension TextEncoding {
  /// Text in bytes. (Python: `str.encode()`.)
  public func encode(_ text: String, malformed: MalformedText = .fail) throws(SocketError) -> [UInt8] {
    var encoder = try TextEncoder(self, malformed)
    return try encoder.encode(text) + encoder.finish()
  }

  /// Bytes as text. (Python: `bytes.decode()`.)
  ///
  /// - Parameters:
  ///   - bytes: The whole of it: a character that is cut off at the end is an error.
  ///   - malformed: What to do with what is no text.
  public func decode(_ bytes: [UInt8], malformed: MalformedText = .fail) throws(SocketError) -> String {
    try decode(bytes.span.bytes, malformed: malformed)
  }

  /// Bytes as text; see ``decode(_:malformed:)-([UInt8],_)``.
  public func decode(_ bytes: RawSpan, malformed: MalformedText = .fail) throws(SocketError) -> String {
    var decoder = try TextDecoder(self, malformed)
    return try bytes.withUnsafeBytes { (bytes) throws(SocketError) in try decoder.decodeAll(bytes) }
  }
}

extension SocketError {
  static func malformed(_ encoding: TextEncoding, _ what: String) -> SocketError {
    SocketError(.encoding, "\(what) \(encoding.name)")
  }
}
