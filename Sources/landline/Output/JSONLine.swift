import LandlineClient
import LandlineProtocol

// What these objects look like is written down in docs/JSON.md.

/// Prints objects, one a line.
enum JSONLine {
  static func write(_ value: some Encodable) {
    Screen.shared.out(text(value))
  }

  static func text(_ value: some Encodable) -> String {
    var text = ""
    for scalar in String(decoding: JSON.encode(value), as: UTF8.self).unicodeScalars {
      switch scalar.value {
      // Names may have them, and many programs take them for the end of a line.
      case 0x85, 0x2028, 0x2029: text += "\\u" + Hex.encode([UInt8(scalar.value >> 8), UInt8(scalar.value & 0xFF)])
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

/// A command that has `--json`.
protocol SpeaksJSON: SendableMetatype {
  var json: Bool { get }
}

extension Serve: SpeaksJSON {}

/// An error that ends a command.
struct JSONError: Encodable {
  struct Body: Encodable {
    var code: String
    var message: String
    var advice: String?
  }

  var error: Body

  init(_ failure: Failure) {
    error = Body(code: failure.code, message: failure.message, advice: failure.advice)
  }
}

/// Something that happened.
struct JSONEvent: Encodable {
  var event: String
  var file: String?
  var path: String?
  var to: String?
  var name: String?
  var percent: Int?
  var offset: Int64?
  var done: Int64?
  var size: Int64?
  var sha256: Digest256?
  var code: String?
  var message: String?
  var advice: String?
  var files: Int?
  var folders: Int?
  var bytes: Int64?
  var skipped: Int?
  var failed: Int?
  var failures: [String]?
  var removed: Int?
  var unchanged: Int?
  var action: String?
  var milliseconds: Int64?

  init(_ event: String) {
    self.event = event
  }

  /// Something that failed.
  init(_ error: ClientError, file: String? = nil, path: String? = nil) {
    event = "failed"
    self.file = file
    self.path = path
    code = error.codeName
    message = error.message
    advice = path.map { Advice.aboutPath(error, $0) } ?? Advice.general(error)
  }
}
