import LandlineProtocol
import LandlineServices
import NIOCore
import Synchronization

/// The small files of one connection, each of them one message: taken many at a time, by few tasks.
///
/// ```
/// reader ──put, get──► queue ──up to 64 at once──► one round: write all, one sync, rename all, one sync,
///                                                            all hashes in one transaction, all answers in one write
/// ```
///
/// What comes while a round is under way waits for the next one, so rounds grow as the disk gets slower.
final class WholeLane: Sendable {
  /// A request of the lane.
  struct Item: Sendable {
    enum Work: Sendable {
      case put(WholePut)
      case get(GetRequest)
    }

    var id: UInt64
    var work: Work
    var isCancelled: CancelFlag
    /// What it takes of the connection's budget, beside its head: the bytes of its body.
    var cost: Int

    var isGet: Bool { if case .get = work { true } else { false } }
  }

  /// More than that the reader lets not wait here, in bytes.
  static let mostBytes = 4_194_304
  /// Who has fewer processors gains nothing from more rounds at the same time.
  private static let mostRounds = max(1, min(4, System.coreCount / 2))

  private struct State {
    // Made small: most connections never have any.
    var items = CircularBuffer<Item>(initialCapacity: 1)
    /// Requests in rounds.
    var atWork = 0
    var rounds = 0
    var isClosed = false
  }

  private let mostInRound: Int
  private let state = Mutex(State())

  /// - Parameter mostInRound: each may hold a file open while it is in a round.
  init(mostInRound: Int) {
    self.mostInRound = mostInRound
  }

  /// Adds a request.
  /// - Returns: whether a task must be started that takes rounds.
  func add(_ item: Item) -> Bool {
    state.withLock { state in
      if state.isClosed { return false }
      state.items.append(item)
      guard state.rounds < Self.mostRounds, state.items.count > state.rounds * mostInRound else { return false }
      state.rounds += 1
      return true
    }
  }

  /// What the next round is about; nil when there is nothing more, and the task that asks is to end.
  func next() -> [Item]? {
    state.withLock { state in
      guard !state.items.isEmpty else {
        state.rounds -= 1
        return nil
      }
      let count = min(state.items.count, mostInRound)
      let items = Array(state.items.prefix(count))
      state.items.removeFirst(count)
      state.atWork += count
      return items
    }
  }

  /// Notes that a round is over.
  func finished(_ items: [Item]) {
    state.withLock { $0.atWork -= items.count }
  }

  /// How many requests wait or are at work.
  var open: Int { state.withLock { $0.items.count + $0.atWork } }

  /// Drops what no round has begun with, because the connection is over: nobody was told that any of it is stored.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.items.removeAll()
    }
  }
}

/// The body of a put, in the pieces in which it came.
struct WholeBody: FileContent {
  var pieces: [ByteBuffer] = []

  func forEachPiece<Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
    for piece in pieces {
      let result = piece.withUnsafeReadableBytes { bytes -> Result<Void, Failure> in
        do throws(Failure) {
          return .success(try body(bytes))
        } catch {
          return .failure(error)
        }
      }
      try result.get()
    }
  }
}
