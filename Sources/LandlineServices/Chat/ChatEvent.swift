public import LandlineProtocol

/// Something that those in a room are to see.
public enum ChatEvent: Sendable {
  /// A message, which is stored.
  case message(ChatPush, text: [UInt8])
  /// Somebody came or left.
  case presence(PresencePush)
}

/// Those who listen through one door.
public protocol ChatAudience: Sendable {
  /// Tells everybody in `room` what happened there. It does not wait for anybody; those who do not keep up catch up from
  /// what is stored.
  ///
  /// Called for the messages of a room in the order of their numbers.
  func publish(_ events: [ChatEvent], in room: RoomName)

  /// Waits while much of what was published has not been handed on yet: not for slow peers, but for this machine.
  func waitForRoom() async
}
