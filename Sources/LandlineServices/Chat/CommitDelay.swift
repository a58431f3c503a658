import CLinux
import Glibc

/// Waits a moment before a transaction while messages come several at a time.
///
/// Whoever has many on their way sends the next ones when the last ones have arrived. Stored one by one as they come, each
/// would be told to everybody by itself; all at once they are one write to each connection. So as long as that pays a
/// transaction waits for those that are about to come, as PostgreSQL's does (`commit_delay`), until there are as many as
/// the last ones had.
struct CommitDelay {
  /// Less than a disk takes to store anything, and enough for what was sent at the same time.
  private static let moment: Int64 = 250_000  // nanoseconds
  /// So many transactions of one message show that nobody else is about to say something.
  private static let enough = 2

  private var single = enough
  /// With how many messages there are no more to come: slowly less, else a transaction that was early once would make
  /// all the next ones early.
  private(set) var expected = 0
  private let whole = Semaphore()

  /// Whether waiting pays.
  var isWorthwhile: Bool { single < Self.enough }

  /// Notes how many messages a transaction had.
  mutating func note(_ messages: Int) {
    expected = max(messages, expected - 1, 2)
    single = messages > 1 ? 0 : min(single + 1, Self.enough)
  }

  /// Waits on this thread, which is one that may.
  /// - Returns: whether `end` has ended it.
  func wait() -> Bool { whole.wait(atMost: Self.moment) }

  /// Ends a wait, the one that is or the next.
  func end() { whole.signal() }
}

/// A semaphore whose deadlines do not change with the time of day, as those of libdispatch do here.
private final class Semaphore: Sendable {
  /// Changed by the C library alone, which allows any thread to.
  private nonisolated(unsafe) let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() { sem_post(semaphore) }

  /// - Returns: false when the time was over.
  func wait(atMost nanoseconds: Int64) -> Bool { clinux_sem_wait(semaphore, nanoseconds) == 0 }
}
