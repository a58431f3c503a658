import CLaunch
import Glibc
import Synchronization

/// How many processes and threads the server's own user has, as RLIMIT_NPROC counts them (man 2 getrlimit): the limit for
/// programs that run as the same user comes on top of these.
final class ProcessCount: Sendable {
  private struct State {
    var count: Int64 = 0
    var counted: ContinuousClock.Instant?
  }

  private static let keptFor = Duration.seconds(10)
  private let state = Mutex(State())

  /// As it was at most ten seconds ago, for counting takes as long as starting a program.
  var value: Int64 {
    let now = ContinuousClock.now
    let known = state.withLock { state -> Int64? in
      guard let counted = state.counted, now - counted < Self.keptFor else { return nil }
      return state.count
    }
    if let known { return known }
    let count = Self.count(user: geteuid())
    state.withLock { $0 = State(count: count, counted: now) }
    return count
  }

  /// Whether it is known without counting.
  var isFresh: Bool {
    let now = ContinuousClock.now
    return state.withLock { state in state.counted.map { now - $0 < Self.keptFor } ?? false }
  }

  private static func count(user: uid_t) -> Int64 {
    guard let stream = opendir("/proc") else { return 0 }
    defer { closedir(stream) }
    var count: Int64 = 0
    while let entry = readdir(stream) {
      guard let process = Int32(String(cString: claunch_name(entry))) else { continue }
      var status = stat()
      guard stat("/proc/\(process)", &status) == 0, status.st_uid == user else { continue }
      // Its links are `.`, `..`, and a folder for each thread.
      if stat("/proc/\(process)/task", &status) == 0 { count += Int64(status.st_nlink) - 2 }
    }
    return count
  }
}
