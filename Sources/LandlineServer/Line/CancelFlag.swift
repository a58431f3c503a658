import LandlineProtocol
import Synchronization

/// Whether the client has cancelled a request that does not wait for it.
final class CancelFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  private let handler = Mutex<(@Sendable () -> Void)?>(nil)

  var isSet: Bool { flag.load(ordering: .relaxed) }

  func set() {
    flag.store(true, ordering: .sequentiallyConsistent)
    handler.withLock { $0 }?()
  }

  /// Calls `handler` when it is set, or at once if it is already; maybe twice. It takes the place of the one before.
  func onSet(_ handler: @escaping @Sendable () -> Void) {
    self.handler.withLock { $0 = handler }
    if flag.load(ordering: .sequentiallyConsistent) { handler() }
  }

  /// - Throws: `cancelled`.
  func check() throws(LineError) {
    if isSet { throw .cancelled }
  }
}

extension LineError {
  static let cancelled = LineError(.cancelled, "cancelled by the client")
}
