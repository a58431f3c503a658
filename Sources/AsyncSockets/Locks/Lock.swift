internal import CSockets
internal import Synchronization

/// A lock of four bytes, for critical sections of some instructions: free it costs two atomic operations.
///
/// The standard library's `Mutex` asks the kernel to hand a contended lock over (`FUTEX_LOCK_PI`, man 2 futex), which the
/// thread sanitizer does not see: every contended section looks like a race to it. Here each change of hands is an atomic
/// operation of the program's, after Drepper, "Futexes Are Tricky", section 4.
struct Lock: ~Copyable {
  /// 0: free, 1: held, 2: held, and somebody may sleep. A raw layout: it stays where it is, and its address is the futex.
  private let word = Atomic<UInt32>(0)

  @inline(__always)
  borrowing func lock() {
    guard
      !word.compareExchange(expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed).exchanged
    else { return }
    lockContended()
  }

  @inline(never)
  private borrowing func lockContended() {
    // The holder is mostly done in a moment, if it runs at all.
    for _ in 0..<64 {
      if word.load(ordering: .relaxed) == 0,
        word.compareExchange(expected: 0, desired: 1, successOrdering: .acquiring, failureOrdering: .relaxed).exchanged
      {
        return
      }
    }
    while word.exchange(2, ordering: .acquiring) != 0 {
      withUnsafePointer(to: word) { csockets_futex_wait($0, 2) }
    }
  }

  @inline(__always)
  borrowing func unlock() {
    guard word.exchange(0, ordering: .releasing) == 2 else { return }
    withUnsafePointer(to: word) { csockets_futex_wake($0) }
  }
}
