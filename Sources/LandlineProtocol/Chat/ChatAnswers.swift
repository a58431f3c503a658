// What is said of rooms, as answers and unasked (docs/PROTOCOL.md section 6). Absent is nil.

public struct JoinedRoomAnswer: Hashable, Sendable, Codable {
  /// The room's name as the server writes it.
  public var room: String
  /// The number of its last message; 0 while there is none. What has a greater one will be pushed.
  public var last: Int64
  public var topic: String?
  /// Accounts that are in it.
  public var members: Int

  public init(room: String, last: Int64, topic: String?, members: Int) {
    self.room = room
    self.last = last
    self.topic = topic
    self.members = members
  }
}

public struct SentAnswer: Hashable, Sendable, Codable {
  public var room: String
  public var number: Int64

  public init(room: String, number: Int64) {
    self.room = room
    self.number = number
  }
}

/// The messages are the body, an array of ``ChatEntry`` in the order of their numbers.
public struct ChatHistoryAnswer: Hashable, Sendable, Codable {
  public var room: String
  /// The number of the room's last message.
  public var last: Int64
  /// Whether there are further ones in the direction that was asked for.
  public var more: Bool

  public init(room: String, last: Int64, more: Bool) {
    self.room = room
    self.last = last
    self.more = more
  }
}

/// A message in a history.
public struct ChatEntry: Hashable, Sendable, Codable {
  public var number: Int64
  public var from: String
  /// Seconds since 1970.
  public var time: Int64
  public var key: String?
  public var kind: String?
  public var text: String

  public init(number: Int64, from: String, time: Int64, key: String?, kind: String?, text: String) {
    self.number = number
    self.from = from
    self.time = time
    self.key = key
    self.kind = kind
    self.text = text
  }
}

/// The accounts are the body, an array of ``RoomMember`` in the order of their names.
public struct WhoAnswer: Hashable, Sendable, Codable {
  public var room: String

  public init(room: String) { self.room = room }
}

public struct RoomMember: Hashable, Sendable, Codable {
  public var account: String
  /// With how many connections it is there.
  public var connections: Int

  public init(account: String, connections: Int) {
    self.account = account
    self.connections = connections
  }
}

/// A message that is pushed to who is in the room; its text is the body.
public struct ChatPush: Hashable, Sendable, Codable {
  public var room: String
  public var number: Int64
  public var from: String
  /// Seconds since 1970.
  public var time: Int64
  public var key: String?
  public var kind: String?

  public init(room: String, number: Int64, from: String, time: Int64, key: String?, kind: String?) {
    self.room = room
    self.number = number
    self.from = from
    self.time = time
    self.key = key
    self.kind = kind
  }
}

/// Somebody came into the room with a first connection, or left it with the last one.
public struct PresencePush: Hashable, Sendable, Codable {
  public var room: String
  public var account: String
  /// Whether they are there now.
  public var here: Bool

  public init(room: String, account: String, here: Bool) {
    self.room = room
    self.account = account
    self.here = here
  }
}

/// Who did not keep up is told of nothing more in the room, until they join it again.
public struct BehindPush: Hashable, Sendable, Codable {
  public var room: String

  public init(room: String) { self.room = room }
}

/// The server has ended somebody's being in a room.
public struct RemovedPush: Hashable, Sendable, Codable {
  public var room: String
  public var code: ErrorCode
  public var message: String

  public init(room: String, _ error: LineError) {
    self.room = room
    code = error.code
    message = error.message
  }
}
