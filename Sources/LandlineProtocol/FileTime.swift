/// A time of change: seconds and nanoseconds since 1970-01-01T00:00:00Z, as `struct timespec` has it.
public struct FileTime: Hashable, Sendable, Comparable {
  public var seconds: Int64
  /// 0 to 999,999,999.
  public var nanoseconds: Int32

  public init(seconds: Int64, nanoseconds: Int32) {
    self.seconds = seconds
    self.nanoseconds = nanoseconds
  }

  /// nil when there are no seconds.
  /// - Throws: `bad-request` for nanoseconds outside their range.
  init?(wireSeconds: Int64?, nanoseconds: Int32?) throws(LineError) {
    guard let wireSeconds else { return nil }
    let nanoseconds = nanoseconds ?? 0
    guard (0..<1_000_000_000).contains(nanoseconds) else {
      throw LineError(.badRequest, "mtimeNanos must be 0 to 999999999")
    }
    self.init(seconds: wireSeconds, nanoseconds: nanoseconds)
  }

  public static func < (left: FileTime, right: FileTime) -> Bool {
    (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
  }
}
