import LandlineProtocol
import Synchronization

/// How many transfers are open in the whole server: each has a file open, and files are a number the system limits.
final class TransferCount: Sendable {
  private let limit: Int
  private let number = Atomic<Int>(0)

  init(limit: Int) {
    self.limit = limit
  }

  var value: Int { number.load(ordering: .relaxed) }

  /// Counts one more, until `end`.
  /// - Throws: `too-many`, and it is not counted.
  func begin() throws(LineError) {
    guard number.add(1, ordering: .relaxed).newValue <= limit else {
      number.subtract(1, ordering: .relaxed)
      throw LineError(.tooMany, "the server has \(limit) transfers open; try again later")
    }
  }

  func end() {
    number.subtract(1, ordering: .relaxed)
  }
}
