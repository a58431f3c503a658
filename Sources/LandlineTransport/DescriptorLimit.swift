import Glibc

/// The process's limit of open descriptors (man 2 getrlimit).
public enum DescriptorLimit {
  /// Raises the soft limit to the hard one: many connections, or many files on their way, need many.
  /// - Returns: the limit that is now in force.
  @discardableResult
  public static func raise() -> Int {
    var limit = rlimit()
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    guard getrlimit(resource, &limit) == 0 else { return 1_024 }
    limit.rlim_cur = min(limit.rlim_max, 1_048_576)
    setrlimit(resource, &limit)
    guard getrlimit(resource, &limit) == 0 else { return 1_024 }
    return Int(limit.rlim_cur)
  }
}
