/// What to do when the name is taken (docs/PROTOCOL.md section 6, `ifExists`).
public enum IfExists: String, Hashable, Sendable, CaseIterable {
  /// An error, `exists`.
  case fail
  /// The old file is replaced in one step.
  case replace
  /// Stored as `name (1).ext`, or the next free number.
  case keepBoth = "keep-both"
  /// Nothing is moved.
  case skip
}
