/// Which byte of a number travels first. (Python's `struct`: `<` and `>`.)
public enum ByteOrder: Hashable, Sendable {
  /// The least significant byte first.
  case littleEndian
  /// The most significant byte first: "network byte order" (RFC 1700).
  case bigEndian
}
