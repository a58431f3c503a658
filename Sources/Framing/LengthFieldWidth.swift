/// How many bytes a binary length has.
public enum LengthFieldWidth: Int, Hashable, Sendable {
  /// One byte: frames up to 255 bytes.
  case one = 1
  /// Two bytes: frames up to 65,535 bytes.
  case two = 2
  /// Four bytes: frames up to 4,294,967,295 bytes.
  case four = 4
  /// Eight bytes.
  case eight = 8

  /// The largest number that fits.
  var maximum: UInt64 { .max >> UInt64(64 - 8 * rawValue) }
}
