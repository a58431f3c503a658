import LandlineProtocol
import LandlineServices

/// What the doors open on.
struct Services: Sendable {
  var accounts: AccountService
  var files: FileService
  var commands: CommandService
  var rates: AccountRates
  var chat: ChatService
  /// Who listens to rooms over the line.
  var listeners: LineAudience
  var status: ServerStatus
  var audit: any AuditLog
}

/// What the server knows of itself.
struct ServerStatus: Sendable {
  var started: ContinuousClock.Instant
  var listening: String
  var fingerprint: Digest256
  var registry: ConnectionRegistry
  var transfers: TransferCount
  /// Refusals for lack of space, of which one a minute is told to the log.
  let noSpace = Occasion(every: .seconds(60))
  let refusedLogins = RefusedLogins()
  let descriptors: DescriptorShares
  /// For rounds of small files that come in, and for those that go out: each may hold many files open.
  let wholePuts = Slots(count: DescriptorShares.rounds)
  let wholeGets = Slots(count: DescriptorShares.rounds)
}
