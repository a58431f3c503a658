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

  /// Runs a transfer.
  /// - Throws: `too-many`, or what `body` throws.
  func count(_ body: () async throws -> Void) async throws {
    defer { number.subtract(1, ordering: .relaxed) }
    guard number.add(1, ordering: .relaxed).newValue <= limit else {
      throw LineError(.tooMany, "the server has \(limit) transfers open; try again later")
    }
    try await body()
  }
}
