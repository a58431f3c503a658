/// Something that a loop does at a time.
class TimerEntry: @unchecked Sendable {
  // Sendable: all properties, here and in the subclasses, are constant or protected by the lock of the loop's registry.

  /// When, on the monotonic clock, in nanoseconds. The heap is ordered by it.
  final var moment = MonotonicTime.never

  /// Its place in the heap; negative when it is not there.
  final var index = -1

  /// Called when the moment has come, out of the heap, with the registry locked.
  ///
  /// - Returns: When to be called again; nil not at all.
  func fire(at now: Int64, waking: inout [PendingWake]) -> Int64? { nil }
}
