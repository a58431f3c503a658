import CLinux
import Glibc
import Synchronization

/// Makes many files durable with few system calls.
///
/// A disk takes about as long for one file's fsync(2) as for all that is waiting. So whoever comes while a round is under
/// way waits for the next one, and that round is one syncfs(2) for all of them:
///
/// ```
/// a  ──sync──────────►                     a's round: fsync(a)
/// b      ──waits─────┐
/// c        ──waits───┼──syncfs──────────►  one round for b, c, d, e; b leads it, on its own thread
/// d, e       ──wait──┘
/// f                        ──waits──────►  the next round
/// ```
///
/// Nobody waits to make a group larger: where nobody else is at work a call is one fsync at once.
public final class SyncGroup: Sendable {
  /// Up to this many, each gets its own fsync: syncfs writes everything that is dirty on the file system, and may have
  /// to write much more than these.
  static let mostByOne = 3

  private enum Turn {
    case done(Int32)
    /// To make the next round.
    case lead
  }

  private struct Waiter {
    let descriptor: Int32
    let continuation: CheckedContinuation<Turn, Never>
  }

  private struct State {
    var waiters: [Waiter] = []
    var isAtWork = false
  }

  private let state = Mutex(State())
  private let calls: SyncCalls

  public convenience init() {
    self.init(calls: .system)
  }

  init(calls: SyncCalls) {
    self.calls = calls
  }

  /// Returns when everything that was written to a file, or to the names in a folder, before this call is on the disk.
  ///
  /// Call it where blocking is allowed: one of the callers makes the system call for the others.
  /// - Parameter descriptor: must stay open until this returns.
  /// - Returns: 0, or the `errno` that fsync(2) gave for this very descriptor.
  public func sync(_ descriptor: Int32) async -> Int32 {
    let isFree = state.withLock { state in
      if state.isAtWork { return false }
      state.isAtWork = true
      return true
    }
    if !isFree, case .done(let code) = await turn(descriptor) { return code }
    return lead(with: descriptor)
  }

  /// How many wait for the next round.
  var waiting: Int { state.withLock { $0.waiters.count } }

  private func turn(_ descriptor: Int32) async -> Turn {
    await withCheckedContinuation { continuation in
      let leads = state.withLock { state in
        if !state.isAtWork {
          state.isAtWork = true
          return true
        }
        state.waiters.append(Waiter(descriptor: descriptor, continuation: continuation))
        return false
      }
      if leads { continuation.resume(returning: .lead) }
    }
  }

  /// Makes one round: for this descriptor and for all that wait now; then passes the lead on.
  private func lead(with descriptor: Int32) -> Int32 {
    let others = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    let codes = calls.sync([descriptor] + others.map(\.descriptor))
    for (waiter, code) in zip(others, codes.dropFirst()) { waiter.continuation.resume(returning: .done(code)) }
    let next = state.withLock { state -> Waiter? in
      if state.waiters.isEmpty {
        state.isAtWork = false
        return nil
      }
      return state.waiters.removeFirst()
    }
    next?.continuation.resume(returning: .lead)
    return codes[0]
  }
}
