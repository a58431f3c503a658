/// The deadline of the call that waits in one direction of a socket.
final class DirectionTimer: TimerEntry, @unchecked Sendable {
  // Sendable: the deadline, as the properties of TimerEntry, is touched with the registry locked only, and the rest is
  // constant. The pointer is never left over: the socket removes its timers, with the registry locked, before its memory
  // goes; and a timer fires with the registry locked only.
  private unowned(unsafe) let socket: AsyncSocket
  private let direction: Direction

  /// The deadline of the call that waits, or waited last.
  var deadline = MonotonicTime.never

  init(_ socket: AsyncSocket, _ direction: Direction) {
    self.socket = socket
    self.direction = direction
  }

  override func fire(at now: Int64, waking wakes: inout [PendingWake]) -> Int64? {
    guard deadline <= now else { return deadline == MonotonicTime.never ? nil : deadline }
    deadline = MonotonicTime.never
    socket.deadlineCame(direction, waking: &wakes)
    return nil
  }
}
