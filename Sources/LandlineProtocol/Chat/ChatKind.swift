/// What a message in a room is, beside being text.
public enum ChatKind: String, Hashable, Sendable, Codable {
  /// What the sender does: `/me waves`.
  case action
  /// The path of a file on the server that the sender has put there for the others.
  case file
  /// The room's new topic.
  case topic
}
