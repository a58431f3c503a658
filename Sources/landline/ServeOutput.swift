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
    var clock: String?
  }

  func print(_ started: LandlineServer.Started) {
    if json {
      JSONLine.write(
        Line(
          listening: started.listening, fingerprint: started.fingerprint,
          invite: started.invite?.invite, expires: started.invite?.expires,
          clock: started.clock))
      return
    }
    Screen.shared.out("listening on \(started.listening)")
    if let clock = started.clock { Screen.shared.out("telling the time on \(clock) (UDP)") }
    if let invite = started.invite {
      Screen.shared.out("fingerprint \(started.fingerprint)")
      Screen.shared.out("invite \(invite.invite)")
    }
  }
}
