/// The limits of chat (docs/PROTOCOL.md section 7).
public enum ChatLimits {
  /// The longest message in bytes of UTF-8.
  public static let message = 16_384
  /// The longest topic in bytes of UTF-8.
  public static let topic = 512
  /// The longest key of a message in bytes of UTF-8.
  public static let key = 64
  /// The most messages in one answer to `chat.history`.
  public static let history = 1_000
  /// How many messages an answer to `chat.history` has when it is not said.
  public static let usualHistory = 50
  /// The most rooms that one connection may be in.
  public static let roomsOfConnection = 64
  /// The most rooms in which something was said.
  public static let rooms = 10_000
}
