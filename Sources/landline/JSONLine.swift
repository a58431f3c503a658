import LandlineClient
import LandlineProtocol

// What `--json` prints: one object a line on standard output (on standard error where standard output carries
// a file's bytes). Members that are absent do not apply. Times are seconds since 1970, sizes bytes.
//
//   put, get   {"event":"resume","file":F,"path":P,"percent":61,"offset":N,"size":N}
//              {"event":"progress","file":F,"path":P,"done":N,"size":N}       at most one a second
//              {"event":"reconnecting","message":M}
//              {"event":"stored","file":F,"path":P,"size":N,"sha256":H}       put; path is the name it got
//              {"event":"received","path":P,"file":F,"size":N,"sha256":H}     get; file is the name it got
//              {"event":"skipped","file":F,"path":P}
//              {"event":"failed","file":F,"path":P,"code":C,"message":M}      put has file, get has path
//   rm         {"event":"removed","path":P}, {"event":"failed","path":P,"code":C,"message":M}
//   verify     {"path":P,"size":N,"sha256":H,"recorded":H,"verdict":"intact"}, or the "failed" of rm
//   cat        the events of get
//   ls         an entry a line: {"name":N,"kind":"file","size":N,"mtime":T,"mtimeNanos":N,"executable":false}
//   stat       the same with "path" in place of "name", and "sha256" where the server has it
//   whoami     {"account":A,"role":R,"server":S,"device":D,"grants":[…]}
//   join       {"name":N,"address":"HOST:PORT","account":A,"role":R,"server":S,"device":D}
//   servers    {"name":N,"address":"HOST:PORT","account":A,"trust":H or "ca","device":D,"pending":false}
//   leave      {"event":"left","name":N}
//   status, accounts, invite, token …   the fields of docs/PROTOCOL.md; of lists, one element a line
//   account remove, token revoke        {"event":"removed","name":N}
//
// An error that ends a command is {"error":{"code":C,"message":M}}. Codes are those of docs/PROTOCOL.md section 3,
// and of this side: not-trusted, cannot-connect, connection-lost, bad-answer, no-such-server, local-file, exists,
// changed, mismatch, busy, usage, failed.

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
  }

  var error: Body

  init(_ failure: Failure) {
    error = Body(code: failure.code, message: failure.message)
  }
}

/// Something that happened.
struct JSONEvent: Encodable {
  var event: String
  var file: String?
  var path: String?
  var name: String?
  var percent: Int?
  var offset: Int64?
  var done: Int64?
  var size: Int64?
  var sha256: Digest256?
  var code: String?
  var message: String?

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
  }
}
