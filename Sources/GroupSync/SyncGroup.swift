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
/// Nobody waits to make a group larger: where nobody else is at work a call is one fsync at once. Each gets its own fsync
/// also where syncfs cannot be trusted: on network and other foreign file systems, on Linux before 5.8, and, for as long
/// as this object lives, where it has failed once.
public final class SyncGroup: Sendable {
  /// Up to this many, each gets its own fsync: syncfs writes everything that is dirty on the file system, and may have
  /// to write much more than these.
  static let mostByOne = 3

  private enum Turn {
    case done([Int32])
    /// To make the next round.
    case lead
  }

  private struct Waiter {
    let descriptors: [Int32]
    let continuation: CheckedContinuation<Turn, Never>
  }

  private struct State {
    var waiters: [Waiter] = []
    var isAtWork = false
  }

  private let state = Mutex(State())
  private let fileSystems: FileSystems

  /// - Parameter descriptor: one on the file system of most files, that was open before any of them was written, and
  ///   stays open as long as this object lives: so no error of a file system is missed.
  public convenience init(watching descriptor: Int32? = nil) {
    self.init(calls: .system, watching: descriptor)
  }

  init(calls: SyncCalls, watching descriptor: Int32? = nil) {
    fileSystems = FileSystems(calls: calls, watching: descriptor)
  }

  /// Returns when everything that was written to a file, or to the names in a folder, before this call is on the disk.
  ///
  /// Call it where blocking is allowed: one of the callers makes the system call for the others.
  /// - Parameter descriptor: must stay open until this returns.
  /// - Returns: 0, or the `errno` that fsync(2) gave for this very descriptor.
  public func sync(_ descriptor: Int32) async -> Int32 {
    await sync([descriptor])[0]
  }

  /// The same for several at once.
  /// - Returns: 0 or `errno` for each, in their order.
  public func sync(_ descriptors: [Int32]) async -> [Int32] {
    let isFree = state.withLock { state in
      if state.isAtWork { return false }
      state.isAtWork = true
      return true
    }
    if !isFree, case .done(let codes) = await turn(descriptors) { return codes }
    return lead(with: descriptors)
  }

  /// How many wait for the next round.
  var waiting: Int { state.withLock { $0.waiters.count } }

  private func turn(_ descriptors: [Int32]) async -> Turn {
    await withCheckedContinuation { continuation in
      let leads = state.withLock { state in
        if !state.isAtWork {
          state.isAtWork = true
          return true
        }
        state.waiters.append(Waiter(descriptors: descriptors, continuation: continuation))
        return false
      }
      if leads { continuation.resume(returning: .lead) }
    }
  }

  /// Makes one round: for these descriptors and for those of all who wait now; then passes the lead on.
  private func lead(with descriptors: [Int32]) -> [Int32] {
    let others = state.withLock { state in
      defer { state.waiters = [] }
      return state.waiters
    }
    let codes = fileSystems.sync(descriptors + others.flatMap(\.descriptors))
    var start = descriptors.count
    for waiter in others {
      let end = start + waiter.descriptors.count
      waiter.continuation.resume(returning: .done(Array(codes[start..<end])))
      start = end
    }
    let next = state.withLock { state -> Waiter? in
      if state.waiters.isEmpty {
        state.isAtWork = false
        return nil
      }
      return state.waiters.removeFirst()
    }
    next?.continuation.resume(returning: .lead)
    return Array(codes[..<descriptors.count])
  }
}
