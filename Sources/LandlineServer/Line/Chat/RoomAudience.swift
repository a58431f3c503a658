import LandlineProtocol
import LandlineTransport
import NIOCore
import Synchronization

/// The listeners of one room, on all event loops.
final class RoomAudience: Sendable {
  private struct State {
    /// How much has happened.
    var events: UInt64 = 0
    /// The greatest number of a message so far.
    var last: Int64 = 0
    var loops: [ObjectIdentifier: LoopAudience] = [:]
  }

  private let budget: ByteBudget
  private let behind: [UInt8]
  private let state = Mutex(State())

  /// - Parameter behind: what a listener is told that did not keep up: a whole message.
  init(budget: ByteBudget, behind: [UInt8]) {
    self.budget = budget
    self.behind = behind
  }

  /// Has a batch told to everybody.
  func publish(_ batch: EventBatch) {
    // Within the lock, so that all loops have the same order.
    state.withLock { state in
      var batch = batch
      state.events = batch.place(behind: state.events)
      state.last = max(state.last, batch.lastNumber)
      for loop in state.loops.values { loop.add(batch) }
    }
  }

  /// Has a connection told what happens from now on. On its event loop.
  /// - Parameter last: the number of the last message that the caller knows to be stored.
  /// - Returns: the number of the last message that it will not be told of.
  func listen(_ line: LineChannel, _ traffic: Traffic, after last: Int64) -> Int64 {
    let (loop, events, last) = state.withLock { state in
      (self.loop(of: line, &state), state.events, max(last, state.last))
    }
    loop.listen(Listener(line: line, traffic: traffic, since: events, after: last))
    return last
  }

  /// Tells a connection nothing more. On its event loop.
  func forget(_ line: LineChannel) {
    state.withLock { $0.loops[ObjectIdentifier(line.channel.eventLoop)] }?.forget(line)
  }

  private func loop(of line: LineChannel, _ state: inout State) -> LoopAudience {
    let key = ObjectIdentifier(line.channel.eventLoop)
    if let loop = state.loops[key] { return loop }
    let loop = LoopAudience(line.channel.eventLoop, budget: budget, behind: behind)
    state.loops[key] = loop
    return loop
  }
}
