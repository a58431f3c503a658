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
      JSONLine.write(
        Line(
          listening: started.listening, fingerprint: started.fingerprint,
          invite: started.invite?.invite, expires: started.invite?.expires))
      return
    }
    Screen.shared.out("listening on \(started.listening)")
    if let invite = started.invite {
      Screen.shared.out("fingerprint \(started.fingerprint)")
      Screen.shared.out("invite \(invite.invite)")
    }
  }
}
