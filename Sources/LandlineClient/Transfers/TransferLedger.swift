import LandlineProtocol
import Synchronization

/// Which files of a transfer have ended, and how many in which way; a byte a file.
final class TransferLedger: Sendable {
  private struct State {
    var isSettled: [Bool]
    var open: Int
    var summary = TransferSummary()
    /// Names that were taken, while somebody is yet to be asked what to do.
    var taken: [(index: Int, error: ClientError)] = []
    var choices: [Int: IfExists] = [:]
    /// Files that something else held up, and how many had ended when such were last tried again.
    var putOff: [(index: Int, error: ClientError)] = []
    var settledBefore: Int?
    var lastLoss: ContinuousClock.Instant?
    var hasBegun = false
  }

  private let state: Mutex<State>
  private let observer: TransferObserver
  let options: TransferOptions

  init(count: Int, options: TransferOptions, observer: TransferObserver) {
    state = Mutex(State(isSettled: Array(repeating: false, count: count), open: count))
    self.options = options
    self.observer = observer
  }

  /// Notes that there was a connection.
  func begin() { state.withLock { $0.hasBegun = true } }

  var hasBegun: Bool { state.withLock { $0.hasBegun } }

  /// Notes how a file ended. Only the first time counts.
  func settle(_ index: Int, _ outcome: TransferOutcome) {
    let isFirst = state.withLock { state in
      if state.isSettled[index] { return false }
      state.isSettled[index] = true
      state.open -= 1
      state.summary.count(outcome)
      return true
    }
    if isFirst { observer.finished(index, outcome) }
  }

  func isSettled(_ index: Int) -> Bool { state.withLock { $0.isSettled[index] } }

  var summary: TransferSummary { state.withLock { $0.summary } }

  func began(_ index: Int, _ size: Int64?) { observer.began(index, size) }

  func event(_ index: Int, _ event: TransferEvent) { observer.event(index, event) }

  /// Tells the observer of a loss; several connections that are lost together are one.
  func lost(_ error: ClientError) {
    let isNews = state.withLock { state in
      let now = ContinuousClock.now
      defer { state.lastLoss = now }
      return state.lastLoss.map { now - $0 > .seconds(1) } ?? true
    }
    if isNews { observer.reconnecting(error) }
  }

  /// Ends everything that has not ended yet.
  func failRest(_ error: ClientError) {
    let count = state.withLock { $0.isSettled.count }
    for index in 0..<count { settle(index, .failed(error)) }
  }

  // MARK: Names that are taken

  /// What to do when the name of a file is taken.
  func ifExists(_ index: Int) -> IfExists {
    state.withLock { $0.choices.isEmpty ? nil : $0.choices[index] } ?? options.ifExists
  }

  /// Puts a file aside until somebody is asked, when there is somebody to ask and it was not done yet.
  /// - Returns: whether it was put aside.
  func putAside(_ index: Int, _ error: ClientError) -> Bool {
    guard options.ask != nil, ifExists(index) == .fail else { return false }
    state.withLock { $0.taken.append((index, error)) }
    return true
  }

  /// Puts a file off until the others are through: another of them, it may be, has the same name.
  func putOff(_ index: Int, _ error: ClientError) {
    state.withLock { $0.putOff.append((index, error)) }
  }

  /// What is to be tried again when all others are through: what was put off, and what somebody has decided.
  /// - Parameter name: how a file is called when asking.
  func triedAgain(_ name: (Int) -> String) async -> [Int] {
    let (putOff, isFutile) = state.withLock { state in
      defer {
        state.putOff = []
        state.settledBefore = state.isSettled.count - state.open
      }
      // When nothing ended since the last time, it was none of these that held them up.
      return (state.putOff, state.settledBefore == state.isSettled.count - state.open)
    }
    if isFutile {
      for (index, error) in putOff { settle(index, .failed(error)) }
    }
    return (isFutile ? [] : putOff.map(\.index)) + (await askAboutTaken(name))
  }

  /// Asks about each file that was put aside; called when the others are through, so that nobody waits for a person.
  /// - Returns: those to try again, in the order of the list.
  private func askAboutTaken(_ name: (Int) -> String) async -> [Int] {
    let taken = state.withLock { state in
      defer { state.taken = [] }
      return state.taken.sorted { $0.index < $1.index }
    }
    var again: [Int] = []
    for (index, _) in taken { event(index, .refused) }
    for (index, error) in taken {
      let choice = await options.ask?(name(index)) ?? .fail
      if choice == .fail {
        settle(index, .failed(error))
      } else {
        state.withLock { $0.choices[index] = choice }
        again.append(index)
      }
    }
    return again
  }
}
