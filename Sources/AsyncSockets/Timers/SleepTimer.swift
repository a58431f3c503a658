/// A task that sleeps.
final class SleepTimer: TimerEntry, @unchecked Sendable {
  // Sendable: the continuation, as the properties of TimerEntry, is touched with the registry locked only, and taken once.
  var continuation: UnsafeContinuation<Wake, Never>?

  override func fire(at now: Int64, waking wakes: inout [PendingWake]) -> Int64? {
    if let wake = take(.ready) { wakes.append(wake) }
    return nil
  }

  func take(_ wake: Wake) -> PendingWake? {
    guard let continuation else { return nil }
    self.continuation = nil
    return PendingWake(continuation: continuation, wake: wake)
  }
}
