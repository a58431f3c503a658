/// What a move has done.
public struct MovedEntry: Sendable {
  /// As it was just before, and as it is under its new name.
  public var before: EntryStatus
  public var after: EntryStatus

  public init(before: EntryStatus, after: EntryStatus) {
    self.before = before
    self.after = after
  }
}
