import Glibc
import LandlineProtocol
import Logging

/// How a line of the log looks.
///
/// ```
/// logfmt  time=2026-11-21T07:36:01.123Z level=warning message="login refused" code=unauthenticated peer=192.0.2.7
/// json    {"time":"2026-11-21T07:36:01.123Z","level":"warning","message":"login refused","code":…}
/// ```
enum LogFormat: String, CaseIterable {
  case logfmt, json

  /// One line, with its end.
  func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata, at time: timespec) -> String {
    let members =
      [("time", Self.text(of: time)), ("level", level.rawValue), ("message", message)]
      + metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    switch self {
    case .logfmt: return members.map { "\(Self.key($0.0))=\(Self.value($0.1))" }.joined(separator: " ") + "\n"
    case .json:
      return "{" + members.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }.joined(separator: ",") + "}\n"
    }
  }

  /// In UTC, to the millisecond (RFC 3339).
  static func text(of time: timespec) -> String {
    var seconds = time.tv_sec
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "\(time.tv_sec)" }
    var buffer = [CChar](repeating: 0, count: 32)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%S", &parts)
    let text = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let milliseconds = "\(1_000 + time.tv_nsec / 1_000_000)".dropFirst()
    return "\(text).\(milliseconds)Z"
  }

  /// A key is a word whatever somebody made it from.
  private static func key(_ text: String) -> String {
    let isWord = text.unicodeScalars.allSatisfy {
      $0.isASCII && ($0.properties.isAlphabetic || "0123456789_.-".unicodeScalars.contains($0))
    }
    return isWord && !text.isEmpty ? text : "key"
  }

  private static func value(_ text: String) -> String {
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.value > 0x20 && $0 != "\"" && $0 != "=" && $0 != "\\" && !mustEscape($0)
    }
    return isPlain && !text.isEmpty ? text : quoted(text)
  }

  /// As a string of JSON, in which nothing ends a line, moves the cursor or turns the text around.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default:
        if mustEscape(scalar) {
          result += "\\u" + Hex.encode([UInt8(scalar.value >> 8 & 0xFF), UInt8(scalar.value & 0xFF)])
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }

  /// Control characters (C0, DEL, C1), line ends of Unicode, and marks that change the direction of writing. None is
  /// above U+FFFF.
  private static func mustEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
