public import LandlineProtocol

/// A message as it is to be stored.
public struct NewChatMessage: Sendable {
  /// Where to. The name of an inbox's account need not be written as the account itself writes it.
  public var room: RoomName
  /// The sender's id and name.
  public var account: Int64
  public var sender: String
  /// The sender's own name for it.
  public var key: String?
  public var kind: ChatKind?
  /// Seconds since 1970.
  public var time: Int64
  /// UTF-8.
  public var text: [UInt8]

  public init(
    room: RoomName, account: Int64, sender: String, key: String?, kind: ChatKind?, time: Int64, text: [UInt8]
  ) {
    self.room = room
    self.account = account
    self.sender = sender
    self.key = key
    self.kind = kind
    self.time = time
    self.text = text
  }
}

/// What became of a message that was to be stored.
public struct ChatReceipt: Hashable, Sendable {
  /// Where it is: the name of an inbox's account is written as that account writes it.
  public var room: RoomName
  public var number: Int64
  /// Whether it was not there before: false for a key that the same account has used in this room already.
  public var isNew: Bool

  public init(room: RoomName, number: Int64, isNew: Bool) {
    self.room = room
    self.number = number
    self.isNew = isNew
  }
}

/// What is known of a room beside its messages.
public struct ChatRoomRecord: Hashable, Sendable {
  /// The number of the last message; 0 while there is none.
  public var last: Int64
  public var topic: String?

  public init(last: Int64 = 0, topic: String? = nil) {
    self.last = last
    self.topic = topic
  }
}

/// Keeps what was said in rooms.
///
/// The messages of a room are numbered from 1 without gaps, in the order in which they are stored. A room is there as
/// soon as something is said in it.
public protocol ChatStore: Sendable {
  /// Stores messages, in order; all of them are durable when it returns. It may wait for the disk.
  /// - Returns: for each what became of it; one that cannot be stored keeps none of the others from being.
  /// - Throws: when none of them was stored.
  func append(_ messages: [NewChatMessage]) async throws -> [Result<ChatReceipt, LineError>]
  /// - Returns: nil for an inbox whose account is not there.
  func room(_ name: RoomName) async throws -> ChatRoomRecord?
  /// The first messages with a greater number, in order.
  /// - Parameter bytes: no further one is read when those before it have so many bytes of text.
  func messages(in room: RoomName, after number: Int64, limit: Int, bytes: Int) async throws -> [ChatEntry]
  /// The last messages with a smaller number, in order.
  /// - Parameter bytes: as above.
  func messages(in room: RoomName, before number: Int64, limit: Int, bytes: Int) async throws -> [ChatEntry]
}
