import Glibc

extension Python {
  /// A time in this machine's zone, in the words of the C locale. (Python: `time.strftime()`.)
  ///
  /// - Parameters:
  ///   - format: `%Y-%m-%d` and so on (man 3 strftime); what is no code stays as it is. Up to its first zero character.
  ///   - seconds: The time since 1970; nil for now.
  static func strftime(_ format: String, at seconds: Int? = nil) -> String {
    guard !format.isEmpty else { return "" }
    var moment = time_t(seconds ?? time(nil))
    var parts = tm()
    localtime_r(&moment, &parts)
    // The answer may be empty, and then looks like one that found no room: no format makes more than this of a byte.
    var room = [CChar](repeating: 0, count: 256 * (format.utf8.count + 1))
    let count = Glibc.strftime(&room, room.count, format, &parts)
    return String(decoding: room.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The date and time of this moment. (Python: `str(datetime.now())`.)
  static func now() -> String {
    var moment = timespec()
    clock_gettime(CLOCK_REALTIME, &moment)
    return dateAndTime(seconds: moment.tv_sec, microseconds: moment.tv_nsec / 1000)
  }

  /// (Python: `str(datetime.fromtimestamp(…))`: no fraction when there is none.)
  static func dateAndTime(seconds: Int, microseconds: Int) -> String {
    let whole = strftime("%Y-%m-%d %H:%M:%S", at: seconds)
    guard microseconds > 0 else { return whole }
    let digits = String(microseconds)
    return whole + "." + String(repeating: "0", count: 6 - digits.count) + digits
  }
}
