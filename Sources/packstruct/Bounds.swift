/// What one line may ask for. `packstruct --help` says the same.
enum Bounds {
  /// Bytes of a line.
  static let line = 16 << 20
  /// Bytes of a record: its hexadecimal digits, two a byte, and the rest of a request fit into a line, so that each
  /// answer's bytes can be asked about.
  static let record = line / 2 - 4_096
  /// JSON values of a line, and values of a record.
  static let values = 1_000_000
  /// Arrays and objects inside each other.
  static let depth = 32
}
