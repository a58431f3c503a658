import LandlineTransport
import NIOCore
import Synchronization

/// The listeners of one room whose connections belong to one event loop: what happens there goes to all of them in one
/// turn of the loop.
///
/// While a turn is under way further events gather for the next one. So one write to a connection has the more in it the
/// busier everything is.
final class LoopAudience: Sendable {
  private struct Pending {
    var batches: [EventBatch] = []
    var isScheduled = false
  }

  let eventLoop: any EventLoop
  /// What waits for the loops.
  private let budget: ByteBudget
  /// What listeners are told that did not keep up.
  private let behind: [UInt8]
  private let pending = Mutex(Pending())
  private let listeners: NIOLoopBoundBox<[Listener]>

  init(_ eventLoop: any EventLoop, budget: ByteBudget, behind: [UInt8]) {
    self.eventLoop = eventLoop
    self.budget = budget
    self.behind = behind
    listeners = NIOLoopBoundBox.makeBoxSendingValue([], eventLoop: eventLoop)
  }

  /// Has a batch told to the listeners.
  func add(_ batch: EventBatch) {
    budget.add(batch.count)
    let isFirst = pending.withLock { pending in
      pending.batches.append(batch)
      defer { pending.isScheduled = true }
      return !pending.isScheduled
    }
    if isFirst { eventLoop.execute { self.turn() } }
  }

  /// Adds a listener; one that is there goes on as it is. On the event loop.
  func listen(_ listener: Listener) {
    if !listeners.value.contains(where: { $0.line === listener.line }) { listeners.value.append(listener) }
  }

  /// On the event loop.
  func forget(_ line: LineChannel) {
    if let index = listeners.value.firstIndex(where: { $0.line === line }) {
      listeners.value.swapAt(index, listeners.value.count - 1)
      listeners.value.removeLast()
    }
  }

  private func turn() {
    guard let batch = takeBatch() else { return }
    budget.release(batch.count)
    var late: [LineChannel] = []
    for listener in listeners.value {
      if batch.isWhole(since: listener.since, after: listener.after) {
        tell(listener, batch.bytes, batch.bodies, &late)
      } else if let part = batch.part(since: listener.since, after: listener.after) {
        tell(listener, part.bytes, part.bodies, &late)
      }
    }
    for line in late {
      forget(line)
      line.sendNow(head: behind)
    }
  }

  private func tell(_ listener: Listener, _ bytes: ByteBuffer, _ bodies: Int, _ late: inout [LineChannel]) {
    if listener.line.push(bytes) { listener.traffic.sent(bodies) } else { late.append(listener.line) }
  }

  /// What this turn tells, no more than one batch may have, so that others on the loop get their turns; nil when there
  /// is nothing.
  private func takeBatch() -> EventBatch? {
    let (taken, hasMore) = pending.withLock { pending -> ([EventBatch], Bool) in
      var size = 0
      let count = pending.batches.prefix { batch in
        defer { size += batch.count }
        return size == 0 || size + batch.count <= EventBatch.most
      }.count
      let taken = Array(pending.batches.prefix(count))
      pending.batches.removeFirst(count)
      pending.isScheduled = !pending.batches.isEmpty
      return (taken, pending.isScheduled)
    }
    if hasMore { eventLoop.execute { self.turn() } }
    // One alone, the usual thing, is told as it is.
    guard var batch = taken.first else { return nil }
    for next in taken.dropFirst() { batch.append(next) }
    return batch
  }
}
