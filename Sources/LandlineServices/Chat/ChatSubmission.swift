/// A message on its way to the store.
public struct ChatSubmission: Sendable {
  public var message: NewChatMessage
  /// Gets what became of it, once, from any thread; it must not wait.
  public var completion: @Sendable (Result<ChatReceipt, any Error>) -> Void

  public init(_ message: NewChatMessage, completion: @escaping @Sendable (Result<ChatReceipt, any Error>) -> Void) {
    self.message = message
    self.completion = completion
  }
}
