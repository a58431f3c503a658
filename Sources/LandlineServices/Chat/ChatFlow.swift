/// How much one account may say before it is slowed.
public struct ChatFlow: Hashable, Sendable {
  /// Messages a second, in the long run.
  public var messages: Int64
  /// Bytes of text a second, in the long run.
  public var bytes: Int64
  /// How many seconds' worth may be said at once.
  public var burst: Int64

  /// - Parameters:
  ///   - messages: a second; and a KiB of text for each.
  ///   - burst: seconds' worth.
  public init(messages: Int64 = 500, burst: Int64 = 16) {
    self.messages = messages
    bytes = messages * 1_024
    self.burst = burst
  }
}
