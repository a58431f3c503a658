/// What one line may ask for.
enum Bounds {
  /// Bytes of a line, and of a record.
  static let line = 16 << 20
  /// Values of a request or an answer.
  static let values = 1_000_000
  /// Arrays and objects inside each other.
  static let depth = 32
}
