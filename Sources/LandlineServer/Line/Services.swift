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
  var uploads: UploadRegistry
  var downloads: Counter
}
