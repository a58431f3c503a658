public import LandlineProtocol

/// Something that was said.
public struct ChatMessage: Hashable, Sendable {
  /// Where: a room, or the own inbox (`@NAME`), for what was said to oneself alone.
  public var room: String
  /// Of all that was said there, from 1.
  public var number: Int64
  public var from: String
  /// Seconds since 1970.
  public var time: Int64
  /// nil for plain text, and for kinds that this version does not know.
  public var kind: ChatKind?
  public var text: String
  /// Whether it was sent by this very ``ChatRoom``.
  public var isOwn: Bool
  /// Whether it was said before the room was entered.
  public var isEarlier: Bool

  /// A message of a history.
  public init(_ entry: ChatEntry, in room: String) {
    self.init(room: room, entry, isOwn: false, isEarlier: true)
  }

  init(room: String, _ entry: ChatEntry, isOwn: Bool, isEarlier: Bool) {
    self.room = room
    number = entry.number
    from = entry.from
    time = entry.time
    kind = entry.kind.flatMap(ChatKind.init(rawValue:))
    text = entry.text
    self.isOwn = isOwn
    self.isEarlier = isEarlier
  }

  /// Whether it was said to oneself alone.
  public var isPrivate: Bool { room.utf8.first == UInt8(ascii: "@") }
}

/// What happens in a room.
public enum ChatRoomEvent: Sendable {
  /// The room was entered; what is shown of its past comes next. Again, after the connection was lost: then what was
  /// said meanwhile comes next.
  case entered(JoinedRoomAnswer, again: Bool)
  case message(ChatMessage)
  /// Somebody came, or left.
  case presence(account: String, here: Bool)
  /// Everything that was said until now has been shown.
  case caughtUp
  /// The connection is gone; another one is tried.
  case lost(ClientError)
}

/// How a room is entered.
public struct ChatRoomOptions: Sendable {
  /// What is shown of the room's past.
  public enum Past: Hashable, Sendable {
    /// The last so many messages, 1,000 at most.
    case last(Int)
    /// Everything behind this number.
    case after(Int64)
  }

  public var room: String
  public var past = Past.last(50)
  /// Whether what is said to oneself alone is shown, too.
  public var hasInbox = true
  /// How long another connection is tried when one was lost; nil: for ever.
  public var patience: Duration? = .seconds(60)

  public init(room: String = RoomName.lobby) {
    self.room = room
  }
}
