import LandlineProtocol
import Synchronization

/// Whether the client has cancelled a request that does not wait for it.
final class CancelFlag: Sendable {
  private let isSet = Atomic<Bool>(false)

  func set() {
    isSet.store(true, ordering: .relaxed)
  }

  /// - Throws: `cancelled`.
  func check() throws(LineError) {
    if isSet.load(ordering: .relaxed) { throw .cancelled }
  }
}

extension LineError {
  static let cancelled = LineError(.cancelled, "cancelled by the client")
}
