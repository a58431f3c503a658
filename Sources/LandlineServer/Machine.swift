import Glibc

/// The machine this runs on.
enum Machine {
  /// Its name (`man 2 gethostname`), "localhost" when it has none.
  static func name() -> String {
    var bytes = [CChar](repeating: 0, count: 256)
    guard gethostname(&bytes, bytes.count - 1) == 0, bytes[0] != 0 else { return "localhost" }
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// The process's limit of open descriptors.
enum Descriptors {
  /// Raises the soft limit to the hard one, for a server with many connections needs many.
  /// - Returns: the limit that is now in force.
  static func raiseLimit() -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return 1_024 }
    limit.rlim_cur = min(limit.rlim_max, 1_048_576)
    setrlimit(resource, &limit)
    guard getrlimit(resource, &limit) == 0 else { return 1_024 }
    return Int(limit.rlim_cur)
  }
}
