// The fields of the operations of chat (docs/PROTOCOL.md section 6). Absent is nil.

/// The fields of `chat.join`, `chat.leave` and `chat.who`.
public struct RoomRequest: Hashable, Sendable, Codable {
  public var room: String

  public init(room: String) { self.room = room }
}

/// The message is the body.
public struct ChatSendRequest: Hashable, Sendable, Codable {
  public var room: String
  /// The sender's own name for this message: the same key again is answered with the number of the first.
  public var key: String?
  public var kind: String?

  public init(room: String, key: String?, kind: ChatKind? = nil) {
    self.room = room
    self.key = key
    self.kind = kind?.rawValue
  }
}

/// With `after` the messages behind that number; else the last ones, of those before `before` where that is said.
public struct ChatHistoryRequest: Hashable, Sendable, Codable {
  public var room: String
  public var after: Int64?
  public var before: Int64?
  public var limit: Int?

  public init(room: String, after: Int64? = nil, before: Int64? = nil, limit: Int? = nil) {
    self.room = room
    self.after = after
    self.before = before
    self.limit = limit
  }
}
