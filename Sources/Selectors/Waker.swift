internal import CSockets
internal import Glibc
internal import Synchronization
internal import SystemPackage

/// Wakes a selector that waits in another thread.
///
/// ```swift
/// let waker = selector.waker
/// // in any other thread:
/// waker.wake()  // select returns, perhaps with nothing
/// ```
///
/// A wake that comes while nobody waits is kept for the next `select`; several before that are one.
/// What the waking thread wrote before `wake()`, the thread that returns from `select` sees.
/// A waker may outlive its selector: it wakes nobody then. (Python has no counterpart: programs make
/// a socket pair of their own, as `signal.set_wakeup_fd` asks them to.)
public final class Waker: Sendable {
  /// An eventfd (man 2 eventfd), non-blocking. Its number is for signal handlers in C, which may
  /// write eight bytes, a 1, into it; everybody else uses ``wake()``. It is valid as long as the
  /// waker lives, and only the waker closes it.
  public let descriptor: CInt

  /// A wake has been asked for and no `select` has returned since: there is no need to write again.
  private let isPending = Atomic(false)

  package init() throws(SelectorError) {
    descriptor = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
    guard descriptor >= 0 else {
      throw SelectorError(
        .systemCall, errno: Errno(rawValue: errno), "cannot make the eventfd that wakes a selector")
    }
  }

  deinit { close(descriptor) }

  /// Makes the selector's `select` return, the one that waits now or else the next one.
  ///
  /// Never blocks and never fails; safe in any thread. It costs a system call only when no other wake
  /// is on its way.
  public func wake() {
    guard !isPending.exchange(true, ordering: .acquiringAndReleasing) else { return }
    var one: UInt64 = 1
    // EINTR cannot be (the eventfd does not block), and EAGAIN only at 2^64 - 2 unread wakes.
    _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  /// Called by the selector, once it has seen the wake. An exchange and not a store: it has to read the
  /// flag for the caller to see what the thread wrote that set it.
  @usableFromInline
  package func clear() { _ = isPending.exchange(false, ordering: .acquiringAndReleasing) }

  /// As ``clear()``, where readiness is a level and not an edge.
  ///
  /// First the read, then the flag: the other way round, a wake between the two would have its eight
  /// bytes read while its flag stays, and no later wake would write again.
  func drain() {
    var count: UInt64 = 0
    _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    clear()
  }
}
