import FoundationEssentials

/// Base64 text (RFC 4648): section 4 with padding, and section 5 (URL-safe) without.
public enum Base64 {
  public static func encode(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString()
  }

  public static func decode(_ text: String) -> [UInt8]? {
    Data(base64Encoded: text).map(Array.init)
  }

  /// URL-safe alphabet, no padding: what stands in invites and tokens.
  public static func encodeURL(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for byte in encode(bytes).utf8 {
      switch byte {
      case UInt8(ascii: "+"): text.append(UInt8(ascii: "-"))
      case UInt8(ascii: "/"): text.append(UInt8(ascii: "_"))
      case UInt8(ascii: "="): break
      default: text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
