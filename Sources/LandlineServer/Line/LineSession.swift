import Framing
import LandlineProtocol
import LandlineServices
import LandlineTransport
import Logging
import NIOCore
import Synchronization

/// One connection of the line protocol, from hello to its end.
///
///     reader (this task, on the event loop) ── whole requests ──► a child task each
///        │                                                        (disk work on threads that may block)
///        └── data, commit, cancel ──► the put's pipe ──────────────► its task
///
/// All answers go through the line's own bounded queue.
final class LineSession: Sendable {
  /// How the client shows who it is.
  enum Door: Sendable {
    /// Over TLS: device key, access token or invite.
    case line
    /// Over the control socket: the secret that lies beside it.
    case control(secret: String)
  }

  let line: LineChannel
  /// The client's address; nil on the control socket. Kept, for a channel that is closed does not know it any more.
  let peer: String?
  let sender: AnswerSender
  let services: Services
  let table = RequestTable()
  /// Bytes of bodies that went over this connection.
  let traffic: Traffic
  let transfers = OpenTransfers()
  /// What waits in the pipes of its puts.
  let budget = ByteBudget(limit: 4_194_304)
  /// Its small files.
  let wholes: WholeLane
  let pulse: Pulse
  /// What its client may add to commands that run.
  let commands = OpenCommands()
  let rooms: SessionRooms
  /// For answers with bodies: each holds up to a megabyte until there is room for it on the line.
  let bulkAnswers = Slots(count: 4)
  /// For walks through the tree: each holds names and entries, up to half a megabyte.
  let walks = Slots(count: 4)
  let blocking: BlockingTaskExecutor
  let stallTimeout: TimeAmount
  let logger: Logger
  /// Why it was ended from outside.
  private let interruption = Mutex<LineError?>(nil)
  /// Requests that are not in the table any more, and whose last answers are on their way to the line.
  private let answering = Atomic<Int>(0)
  private let hasLastWord = Atomic(false)
  private let door: Door
  private let registry: ConnectionRegistry
  private let connection: ConnectionRegistry.ID

  init(
    line: LineChannel, door: Door, services: Services, registry: ConnectionRegistry,
    connection: ConnectionRegistry.ID, blocking: BlockingTaskExecutor, stallTimeout: TimeAmount,
    logger: Logger
  ) {
    self.line = line
    peer = line.channel.remoteAddress?.ipAddress
    traffic = Traffic(partOf: registry.traffic)
    sender = AnswerSender(line: line, traffic: traffic)
    wholes = WholeLane(mostInRound: services.status.descriptors.filesInRound)
    pulse = Pulse(line: line)
    rooms = SessionRooms(line: line, services: services)
    self.door = door
    self.services = services
    self.registry = registry
    self.connection = connection
    self.blocking = blocking
    self.stallTimeout = stallTimeout
    self.logger = logger
  }

  /// Ends it from outside: the client is told `error`, and nothing after it; then it is closed.
  func interrupt(_ error: LineError) {
    interruption.withLock { $0 = $0 ?? error }
    sayLastWord(about: error)
    line.interrupt(with: error)
  }

  /// Why it was ended from outside; nil while it was not.
  var reasonToEnd: LineError? { interruption.withLock { $0 } }

  /// The server is ending: closes when nothing is open (any more).
  func beginDrain() {
    // In this order: a request is counted as answering before it leaves the table.
    if table.isEmpty, answering.load(ordering: .sequentiallyConsistent) == 0 {
      interrupt(LineError(.shuttingDown, "the server is ending"))
    }
  }

  /// Gives back what a request was counted for; its last answer is handed to the line at once, and then `answered` is
  /// called.
  func release(_ id: UInt64, succeeded: Bool) {
    answering.add(1, ordering: .sequentiallyConsistent)
    pulse.end(id)
    budget.release(table.finish(id, succeeded: succeeded))
  }

  /// Notes that the last answers of so many requests have been handed to the line, or never will be.
  func answered(_ count: Int) {
    answering.subtract(count, ordering: .sequentiallyConsistent)
    if registry.isDraining { beginDrain() }
  }

  func run() async {
    registry.attach(self, to: connection)
    do {
      let login = Login(
        line: line, sender: sender, accounts: services.accounts, door: door, logger: logger,
        audit: services.audit, refused: services.status.refusedLogins, peer: peer)
      if let principal = try await login.run(accepting: table.isNew) {
        try await serve(principal)
      }
    } catch {
      sayLastWord(about: error)
    }
    await line.finish()
  }

  /// Tells the client why its connection ends; nothing is sent behind it.
  private func sayLastWord(about error: any Error) {
    guard let error = Self.lastWord(about: error), !hasLastWord.exchange(true, ordering: .relaxed) else { return }
    logger.info("connection ended", metadata: ["reason": "\(error)"])
    sender.sendLast(.error(error))
  }

  /// The error for the client; what is our fault is told to the log instead.
  func lineError(from error: any Error, operation: String) -> LineError {
    if let error = error as? LineError {
      if error.code == .internal {
        logger.error("request failed", metadata: ["op": "\(operation)", "error": "\(error)"])
      } else if error.code == .noSpace, services.status.noSpace.isDue() {
        logger.warning("no space", metadata: ["op": "\(operation)", "reason": "\(error.message)"])
      }
      return error
    }
    // The connection is gone: the client will not read this, and it is nobody's fault here.
    if error is CancellationError || error is LineTransportError || !line.channel.isActive {
      return .cancelled
    }
    logger.error("request failed", metadata: ["op": "\(operation)", "error": "\(error)"])
    return LineError(.internal, "the server failed; its log says more")
  }

  /// What the client is told when its connection cannot go on; nil when there is nobody to tell.
  private static func lastWord(about error: any Error) -> LineError? {
    switch error {
    case let error as LineError: error
    case let error as FramingError:
      switch error.code {
      case .headTooLarge, .bodyTooLarge: LineError(.tooLarge, error.message)
      case .truncated: nil
      default: LineError(.badRequest, error.message)
      }
    case LineTransportError.stalled(let what): LineError(.timeout, what)
    default: nil
    }
  }

  private func serve(_ found: Principal) async throws {
    let principal = LivePrincipal(found)
    try registry.loggedIn(principal, on: connection)
    // A removal, or a change of roles, at this very moment either finds us in the registry or is found here.
    guard try await services.accounts.refresh(principal) else {
      throw LineError(.unauthenticated, "the account was removed")
    }
    logLogin(principal.current)
    defer { logLogout(principal.current) }
    defer { rooms.leaveAll() }
    await withDiscardingTaskGroup { group in
      var revocation: LineError?
      do {
        let reader = RequestReader(session: self, principal: principal)
        while let event = try await line.next() {
          switch try await reader.take(event) {
          case .request(let request):
            let handler = RequestHandler(session: self, live: principal, id: request.id)
            if request.needsDisk {
              group.addTask(executorPreference: blocking) { await handler.run(request) }
            } else {
              // Not with nil as the preference, by which a task does not inherit the connection's loop.
              group.addTask { await handler.run(request) }
            }
          case .wholes:
            let handler = WholeHandler(session: self, live: principal)
            group.addTask(executorPreference: blocking) { await handler.run() }
          case nil: break
          }
        }
      } catch {
        sayLastWord(about: error)
      }
      // Who may not be here any more stores nothing more either.
      if let error = reasonToEnd, error.code == .unauthenticated { revocation = error }
      wholes.close()
      table.endAll(dropping: revocation)
      group.cancelAll()
    }
  }
}
