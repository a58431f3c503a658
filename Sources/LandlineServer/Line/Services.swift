import LandlineProtocol
import LandlineServices

/// What the doors open on.
struct Services: Sendable {
  var accounts: AccountService
  var files: FileService
  var rates: AccountRates
  var status: ServerStatus
}

/// What the server knows of itself.
struct ServerStatus: Sendable {
  var started: ContinuousClock.Instant
  var listening: String
  var fingerprint: Digest256
  var registry: ConnectionRegistry
  var transfers: TransferCount
  /// For rounds of small files, each of which may hold 64 files open.
  var wholeRounds = Slots(count: 4)
}
