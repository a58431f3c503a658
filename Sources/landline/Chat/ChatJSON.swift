import LandlineClient
import LandlineProtocol

/// What happens in a room, for programs (docs/JSON.md).
struct ChatJSON: Encodable {
  var event: String
  var room: String?
  var account: String?
  var number: Int64?
  var from: String?
  var time: Int64?
  var kind: String?
  var text: String?
  var last: Int64?
  var members: Int?
  var topic: String?
  var message: String?

  init(_ sent: SentAnswer) {
    event = "sent"
    room = sent.room
    number = sent.number
  }

  /// - Returns: nil for what programs need not know.
  init?(_ happened: ChatRoomEvent, room name: String) {
    switch happened {
    case .entered(let joined, _):
      event = "entered"
      room = joined.room
      last = joined.last
      members = joined.members
      topic = joined.topic
    case .message(let said):
      event = "message"
      room = said.room
      number = said.number
      from = said.from
      time = said.time
      kind = said.kind?.rawValue
      text = said.text
    case .presence(let somebody, let here):
      event = here ? "joined" : "left"
      room = name
      account = somebody
    case .lost(let error):
      event = "reconnecting"
      message = error.message
    case .caughtUp: return nil
    }
  }
}
