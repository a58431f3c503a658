import NIOCore
import Synchronization

/// The large files of a transfer, on their way to the connections that move them.
///
/// ```
/// first connection: small files, finds large ones ──add──► LaneQueue ──next──► lane: a connection of its own
///                   … and then takes what is left ◄──────nextForFirst─┘   └───► lane …
/// ```
///
/// Lanes connect when they get their first file. While the first connection has nothing else to do, one file is left
/// for it: a single large file needs no second connection. A lane that cannot connect gives its file back and ends.
final class LaneQueue: Sendable {
  /// Who is given a file, or nil when there will be none.
  typealias Taker = CheckedContinuation<Int?, Never>

  /// What the first connection does.
  private enum First {
    case free, small, large
  }

  private struct State {
    var waiting = CircularBuffer<Int>()
    /// How many files are in the hands of lanes.
    var inLanes = 0
    var first = First.free
    var isClosed = false
    var jobs: Int
    var mostLanes: Int
    var lanes = CircularBuffer<Taker>()
    var firstTaker: Taker?

    /// Who gets what, after any change.
    mutating func assign() -> [(Taker, Int?)] {
      var wake: [(Taker, Int?)] = []
      if let taker = firstTaker, !waiting.isEmpty, inLanes == 0 || inLanes < jobs, let index = waiting.popFirst() {
        first = .large
        firstTaker = nil
        wake.append((taker, index))
      }
      while !lanes.isEmpty, canLaneTake, let index = waiting.popFirst(), let lane = lanes.popFirst() {
        inLanes += 1
        wake.append((lane, index))
      }
      if let taker = firstTaker, isClosed || (waiting.isEmpty && inLanes == 0) {
        firstTaker = nil
        wake.append((taker, nil))
      }
      if isClosed {
        wake += lanes.map { ($0, nil) }
        lanes = []
      }
      return wake
    }

    private var canLaneTake: Bool {
      // The first connection needs no more than small files do: it comes before any lane.
      let isFirstForLarge = first != .small
      return inLanes < mostLanes && inLanes + (isFirstForLarge ? 1 : 0) < jobs
        && waiting.count > (first == .free ? 1 : 0)
    }
  }

  private let state: Mutex<State>
  /// On how many connections beside the first the files may travel.
  let mostLanes: Int

  /// - Parameters:
  ///   - jobs: how many large files may be on their way at the same time.
  ///   - mostLanes: on how many connections beside the first.
  init(jobs: Int, mostLanes: Int) {
    state = Mutex(State(jobs: max(jobs, 1), mostLanes: mostLanes))
    self.mostLanes = mostLanes
  }

  private func change<Value>(_ body: (inout State) -> Value) -> Value {
    let (value, wake) = state.withLock { state in (body(&state), state.assign()) }
    for (taker, index) in wake { taker.resume(returning: index) }
    return value
  }

  /// Adds a large file.
  func add(_ index: Int) { change { $0.waiting.append(index) } }

  /// Says that no file will be added any more, and that what waits will not be moved.
  func close() {
    change { state in
      state.isClosed = true
      state.waiting = []
    }
  }

  // MARK: The first connection

  /// Says that it has small files to move.
  func firstIsBusy() { change { $0.first = .small } }

  /// The next file for the first connection; waits while lanes have some, for they may give them back.
  /// - Returns: nil when all are through.
  func nextForFirst() async -> Int? {
    await withCheckedContinuation { taker in
      change { state in
        state.first = .free
        state.firstTaker = taker
      }
    }
  }

  /// Gives back what was taken, for another time.
  func giveBackFromFirst(_ index: Int) {
    change { state in
      state.first = .free
      state.waiting.prepend(index)
    }
  }

  // MARK: Lanes

  /// The next file for a lane.
  /// - Returns: nil when there will be none.
  func next() async -> Int? {
    await withCheckedContinuation { taker in
      change { $0.lanes.append(taker) }
    }
  }

  /// Says that a lane's file has ended.
  func done() { change { $0.inLanes -= 1 } }

  /// Gives a lane's file back: the lane ends, and is not replaced.
  func giveBack(_ index: Int) {
    change { state in
      state.inLanes -= 1
      state.mostLanes -= 1
      if !state.isClosed { state.waiting.prepend(index) }
    }
  }
}
