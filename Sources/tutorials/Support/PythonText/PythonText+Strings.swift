import Sockets

extension String {
  /// The text without white space at its ends. (Python: `str.strip()`.)
  var stripped: String {
    let scalars = unicodeScalars.drop(while: Python.isSpace)
    guard let last = scalars.lastIndex(where: { !Python.isSpace($0) }) else { return "" }
    return String(scalars[...last])
  }
}

extension [UInt8] {
  /// The bytes with a to z as A to Z. (Python: `bytes.upper()`, which leaves all other bytes as they are.)
  var upper: [UInt8] { map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 } }

  /// The bytes without white space at their ends. (Python: `bytes.strip()`.)
  var stripped: [UInt8] {
    let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
    let rest = drop(while: isSpace)
    guard let last = rest.lastIndex(where: { !isSpace($0) }) else { return [] }
    return Array(rest[...last])
  }

  /// The bytes as text; what is no UTF-8 becomes U+FFFD, where Python's `decode()` would raise an error.
  var text: String { String(decoding: self, as: UTF8.self) }

  /// The bytes as text: as UTF-8 if they are, else as GBK, which the tutorials' Windows machines write.
  var utf8OrGBK: String {
    String(validating: self, as: UTF8.self) ?? (try? TextEncoding.gbk.decode(self, malformed: .replace)) ?? text
  }
}

extension Python {
  /// (Python: `str.isspace()`, of one character.)
  static func isSpace(_ scalar: UnicodeScalar) -> Bool {
    (0x1C...0x1F).contains(scalar.value) || scalar.properties.isWhitespace
  }

  /// A form of names and values for a web server. (Python: `urllib.parse.urlencode()`.)
  static func urlencode(_ members: KeyValuePairs<String, String>) -> String {
    members.map { quotePlus($0.key) + "=" + quotePlus($0.value) }.joined(separator: "&")
  }

  /// (Python: `urllib.parse.quote_plus()`.)
  static func quotePlus(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x5F, 0x2E, 0x2D, 0x7E:
        result.unicodeScalars.append(UnicodeScalar(byte))
      case 0x20: result += "+"
      default: result += "%" + hex(UInt32(byte), digits: 2).uppercased()
      }
    }
    return result
  }
}
