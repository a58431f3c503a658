/// What a check has found out, as a sentence for the operator; when something is wrong it says what to do.
public struct Finding: Hashable, Sendable, Encodable {
  public enum Level: String, Hashable, Sendable, Encodable {
    case ok
    /// It works, and may not for long, or not as one thinks.
    case warning
    /// It does not work.
    case error
  }

  public var level: Level
  /// What was looked at, in a word or two.
  public var check: String
  public var message: String

  public init(_ level: Level, _ check: String, _ message: String) {
    self.level = level
    self.check = check
    self.message = message
  }
}
