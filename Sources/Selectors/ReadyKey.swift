/// A descriptor that is ready. (Python: a pair `(key, events)` that `select` returns.)
public struct ReadyKey<Data> {
  /// The registration as it was when the selector looked.
  public let key: SelectorKey<Data>

  /// What the descriptor is ready for: some of the events it is watched for, at least one. After an
  /// error or a hang-up it is ready for all of them, and the next read or write says what happened.
  public let events: Events

  /// Makes a report; selectors do.
  @inlinable
  public init(_ key: SelectorKey<Data>, _ events: Events) {
    self.key = key
    self.events = events
  }
}

extension ReadyKey: Equatable where Data: Equatable {}
extension ReadyKey: Hashable where Data: Hashable {}
extension ReadyKey: Sendable where Data: Sendable {}
