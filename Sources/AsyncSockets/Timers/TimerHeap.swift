/// Timers, the next one first: a binary heap whose entries know their places, so that each can be moved and removed.
struct TimerHeap {
  private var entries: [TimerEntry] = []

  var count: Int { entries.count }

  /// When the next timer is to fire; never, if there is none.
  var nextMoment: Int64 { entries.isEmpty ? MonotonicTime.never : entries[0].moment }

  /// Adds an entry, or moves it to an earlier moment. A later moment changes nothing: the entry looks for itself, when
  /// it fires, whether its time has come. So a deadline that moves with each message costs a comparison.
  ///
  /// - Returns: Whether the entry is now the next one.
  mutating func schedule(_ entry: TimerEntry, at moment: Int64) -> Bool {
    if entry.index < 0 {
      entry.moment = moment
      entry.index = entries.count
      entries.append(entry)
    } else {
      guard moment < entry.moment else { return false }
      entry.moment = moment
    }
    siftUp(entry.index)
    return entry.index == 0
  }

  mutating func remove(_ entry: TimerEntry) {
    let index = entry.index
    guard index >= 0 else { return }
    entry.index = -1
    let last = entries.removeLast()
    guard index < entries.count else { return }
    entries[index] = last
    last.index = index
    siftDown(index)
    siftUp(last.index)
  }

  /// Fires everything whose moment has come.
  mutating func fire(at now: Int64, waking: inout [PendingWake]) {
    while nextMoment <= now, !entries.isEmpty {
      let entry = entries[0]
      remove(entry)
      if let next = entry.fire(at: now, waking: &waking) { _ = schedule(entry, at: max(next, now + 1)) }
    }
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard entries[index].moment < entries[parent].moment else { return }
      swap(index, parent)
      index = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    while true {
      var least = index
      let (left, right) = (2 * index + 1, 2 * index + 2)
      if left < entries.count, entries[left].moment < entries[least].moment { least = left }
      if right < entries.count, entries[right].moment < entries[least].moment { least = right }
      guard least != index else { return }
      swap(index, least)
      index = least
    }
  }

  private mutating func swap(_ one: Int, _ other: Int) {
    entries.swapAt(one, other)
    entries[one].index = one
    entries[other].index = other
  }
}
