import LandlineProtocol
import LandlineTransport
import NIOCore
import Synchronization

/// Says of requests that wait, for a slot or for the disk, that the server is alive (docs/PROTOCOL.md section 3): every
/// 2 seconds, whatever their tasks wait for.
///
/// One timer for all of a connection's requests, and only while there are any. Of small files, of which many wait
/// together, it speaks of the one that waits longest.
final class Pulse: Sendable {
  private static let interval = TimeAmount.seconds(2)

  private struct Wait {
    let isInLane: Bool
    var done: Int64 = 0
    /// Whether it has been here for an interval.
    var isOld = false
  }

  private struct State {
    var waits: [UInt64: Wait] = [:]
    var isTicking = false
  }

  private let line: LineChannel
  private let state = Mutex(State())

  init(line: LineChannel) {
    self.line = line
  }

  /// - Parameter isInLane: whether it is a small file among others.
  func begin(_ id: UInt64, isInLane: Bool = false) {
    let starts = state.withLock { state in
      state.waits[id] = Wait(isInLane: isInLane)
      defer { state.isTicking = true }
      return !state.isTicking
    }
    if starts { schedule() }
  }

  /// Notes how much of it is done.
  func note(_ id: UInt64, done: Int64) {
    state.withLock { $0.waits[id]?.done = done }
  }

  /// After this nothing more is said of it: now it may get its last answer.
  func end(_ id: UInt64) {
    state.withLock { $0.waits[id] = nil }
  }

  private func schedule() {
    line.channel.eventLoop.scheduleTask(in: Self.interval) { [weak self] in self?.tick() }
  }

  private func tick() {
    let goesOn = state.withLock { state in
      let firstOfLane = state.waits.filter(\.value.isInLane).keys.min()
      for (id, wait) in state.waits where wait.isOld && (!wait.isInLane || id == firstOfLane) { say(id, wait.done) }
      for id in state.waits.keys { state.waits[id]?.isOld = true }
      state.isTicking = !state.waits.isEmpty
      return state.isTicking
    }
    if goesOn { schedule() }
  }

  /// Within the lock: so nothing of it comes behind its last answer. A client that does not read needs to hear nothing.
  private func say(_ id: UInt64, _ done: Int64) {
    guard let bytes = try? AnswerSender.encode(id, .working(WorkingAnswer(done: done, total: 0))) else { return }
    line.sendIfThereIsRoom(head: bytes)
  }
}
