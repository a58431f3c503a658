/// The constants of the line protocol, version 1 (docs/PROTOCOL.md).
public enum LineProtocol {
  /// The ALPN identifier (RFC 7301).
  public static let alpn = "landline/1"
  /// The usual TCP port.
  public static let port = 5263
  /// The protocol version this software speaks.
  public static let version = 1

  /// The longest head in bytes, after login.
  public static let maximumHead = 65_536
  /// The longest head in bytes, before login.
  public static let maximumHeadBeforeLogin = 4_096
  /// The longest body of one message in bytes, after login.
  public static let maximumBody = 1_048_576
  /// The largest file, in bytes, that travels in the put's own body.
  public static let maximumWhole = 1_048_576
  /// The most requests that may be open on one connection.
  public static let maximumOpenRequests = 1_024
  /// The most of them that may be transfers: gets, verifies, trees, puts in parts, and removals of whole folders.
  public static let maximumOpenTransfers = 64
  /// The largest request id: the largest integer that every JSON reader keeps exactly.
  public static let maximumID: UInt64 = (1 << 53) - 1
  /// The most entries in one answer to `list`.
  public static let maximumEntries = 1_000
}
