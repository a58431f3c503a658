public import LandlineProtocol

/// A message on its way to the store.
public struct ChatSubmission: Sendable {
  public var message: NewChatMessage
  /// Why it may not be stored any more, asked when its turn comes: who is made to wait may lose the right meanwhile. From
  /// any thread; it must not wait.
  public var refusal: @Sendable () -> LineError?
  /// Gets what became of it, once, from any thread; it must not wait.
  public var completion: @Sendable (Result<ChatReceipt, any Error>) -> Void

  public init(
    _ message: NewChatMessage, refusal: @escaping @Sendable () -> LineError? = { nil },
    completion: @escaping @Sendable (Result<ChatReceipt, any Error>) -> Void
  ) {
    self.message = message
    self.refusal = refusal
    self.completion = completion
  }
}
