import LandlineProtocol
import LandlineServices

/// What the doors open on.
struct Services: Sendable {
  var accounts: AccountService
  var files: FileService
  var status: ServerStatus
}

/// What the server knows of itself.
struct ServerStatus: Sendable {
  var started: ContinuousClock.Instant
  var listening: String
  var fingerprint: Digest256
  var registry: ConnectionRegistry
  var transfers: TransferCount
  /// For small puts, which wait in line for a descriptor.
  var smallPuts = Slots(count: 128)
}
