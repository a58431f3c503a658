/// A function that is called at a time, in the loop's thread, without its lock.
final class CallTimer: TimerEntry, @unchecked Sendable {
  // Sendable: its own property is constant; those of TimerEntry are protected as is said there.
  private let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }

  override func fire(at now: Int64, waking wakes: inout [PendingWake]) -> Int64? {
    wakes.append(PendingWake(call: body))
    return nil
  }
}
