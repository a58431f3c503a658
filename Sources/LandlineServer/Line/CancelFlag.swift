import LandlineProtocol
import Synchronization

/// Whether a request is to end before it is done: because its client has cancelled it, or may not do that any more.
final class CancelFlag: Sendable {
  private let flag = Atomic<Bool>(false)
  private let reason = Mutex<LineError>(.cancelled)
  private let handler = Mutex<(@Sendable () -> Void)?>(nil)

  var isSet: Bool { flag.load(ordering: .acquiring) }

  /// What it is to be answered with.
  var error: LineError { reason.withLock { $0 } }

  /// - Parameter error: what the request is to be answered with; the first one counts.
  func set(_ error: LineError = .cancelled) {
    reason.withLock { if !flag.load(ordering: .relaxed) { $0 = error } }
    flag.store(true, ordering: .sequentiallyConsistent)
    handler.withLock { $0 }?()
  }

  /// Calls `handler` when it is set, or at once if it is already; maybe twice. It takes the place of the one before.
  func onSet(_ handler: @escaping @Sendable () -> Void) {
    self.handler.withLock { $0 = handler }
    if flag.load(ordering: .sequentiallyConsistent) { handler() }
  }

  /// - Throws: why it is to end.
  func check() throws(LineError) {
    if isSet { throw error }
  }
}

extension LineError {
  static let cancelled = LineError(.cancelled, "cancelled by the client")
}
