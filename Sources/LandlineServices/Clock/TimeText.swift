public import Glibc
public import LandlineProtocol

/// The time of day in a format of strftime (`man 3 strftime`), in the server's time zone and the C locale.
public enum TimeText {
  public static let usualFormat = "%Y-%m-%d %X"
  /// The longest text, in bytes: a format may ask for fields of any width.
  public static let longest = 1_024

  /// - Parameter format: nil or empty: the usual one.
  /// - Throws: `bad-request` for one with a NUL in it; `too-large` for one that is too long, or makes a text that is.
  public static func answer(_ format: String?) throws(LineError) -> TimeAnswer {
    let format = format ?? ""
    let (time, text) = try text(Array(format.utf8))
    return TimeAnswer(
      time: String(decoding: text, as: UTF8.self), seconds: Int64(time.tv_sec),
      nanoseconds: Int32(truncatingIfNeeded: time.tv_nsec))
  }

  /// The time now, as `format` has it.
  public static func text(_ format: [UInt8]) throws(LineError) -> (time: timespec, text: [UInt8]) {
    guard format.count <= TimeRequest.longest else {
      throw LineError(.tooLarge, "a format has at most \(TimeRequest.longest) bytes, and this one has \(format.count)")
    }
    guard !format.contains(0) else { throw LineError(.badRequest, "a format cannot have a NUL in it") }
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    var seconds = now.tv_sec
    guard localtime_r(&seconds, &parts) != nil else { throw LineError(.internal, "the clock cannot be read") }
    // A character in front tells a text without anything in it from one that does not fit: strftime answers both with 0.
    let marked = [UInt8(ascii: ".")] + (format.isEmpty ? Array(usualFormat.utf8) : format) + [0]
    var buffer = [CChar](repeating: 0, count: longest + 2)
    let count = marked.withUnsafeBytes { bytes in
      bytes.withMemoryRebound(to: CChar.self) { format in
        format.baseAddress.map { strftime(&buffer, buffer.count, $0, &parts) } ?? 0
      }
    }
    guard count > 0 else {
      throw LineError(.tooLarge, "that format makes a text of more than \(longest) bytes; ask for narrower fields")
    }
    return (now, buffer[1..<count].map { UInt8(bitPattern: $0) })
  }
}
