/// A registered descriptor: what it is watched for, and what the caller gave with it. (Python: `SelectorKey`.)
public struct SelectorKey<Data> {
  /// The descriptor's number. (Python's `fd`; a key holds no file object, for it owns nothing.)
  public let descriptor: CInt

  /// What the descriptor is watched for.
  public let events: Events

  /// What was given at registration: the connection that the descriptor belongs to, say.
  public let data: Data

  /// Makes a key; selectors do.
  @inlinable
  public init(descriptor: CInt, events: Events, data: Data) {
    self.descriptor = descriptor
    self.events = events
    self.data = data
  }
}

extension SelectorKey: Equatable where Data: Equatable {}
extension SelectorKey: Hashable where Data: Hashable {}
extension SelectorKey: Sendable where Data: Sendable {}
