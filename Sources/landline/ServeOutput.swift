import Glibc
import LandlineProtocol
import LandlineServer

/// What `landline serve` prints when it listens.
struct ServeOutput {
  let json: Bool

  private struct Line: Encodable {
    var event = "listening"
    var listening: String
    var fingerprint: Digest256
    var invite: String?
    var expires: Int64?
  }

  func print(_ started: LandlineServer.Started) {
    if json {
      let line = Line(
        listening: started.listening, fingerprint: started.fingerprint,
        invite: started.invite?.invite, expires: started.invite?.expires)
      Self.write(String(decoding: JSON.encode(line), as: UTF8.self) + "\n")
      return
    }
    var text = "listening on \(started.listening)\n"
    if let invite = started.invite {
      text += "fingerprint \(started.fingerprint)\n"
      text += "invite \(invite.invite)\n"
    }
    Self.write(text)
  }

  /// All at once and unbuffered, for whoever waits for these lines.
  private static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count) }
      if count < 0 {
        if errno == EINTR { continue }
        return
      }
      bytes = bytes.dropFirst(count)
    }
  }
}
