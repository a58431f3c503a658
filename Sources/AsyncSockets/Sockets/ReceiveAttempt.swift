/// How far a call of ``AsyncSocket/receive(timeout:)`` is.
@usableFromInline
struct ReceiveAttempt: ~Copyable {
  /// What came; nil at the stream's end, and as long as nothing is decided.
  @usableFromInline var bytes: ReceivedBytes?

  /// Nothing has come: the call is to wait.
  @usableFromInline var mustWait: Bool

  /// The task has one cancellation handler for all of its calls.
  @usableFromInline var isCovered = false

  /// What is still to be waited.
  var deadline = MonotonicTime.never

  init(bytes: consuming ReceivedBytes?, mustWait: Bool) {
    self.bytes = bytes
    self.mustWait = mustWait
  }

  @usableFromInline
  consuming func take() -> ReceivedBytes? { bytes }
}
