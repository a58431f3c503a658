import LandlineClient
import Synchronization

/// How the transfer of a single file ended.
final class Outcome: Sendable {
  private let outcome = Mutex<TransferOutcome?>(nil)

  var value: TransferOutcome? { outcome.withLock { $0 } }

  func set(_ new: TransferOutcome) { outcome.withLock { $0 = new } }
}
