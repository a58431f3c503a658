import Glibc
import LandlineProcesses
public import LandlineProtocol
import LandlineServices
import LandlineStorage
import LandlineTransport
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle

/// The server: one encrypted port and a control socket over one data folder.
///
///     LineListener ──ALPN──► LineSession ─┐
///                      └──► WebPlaceholder├─► Services ─► Storage
///     ControlListener ─────► LineSession ─┘
///
/// It runs until its task is cancelled or its service group begins to shut down; then it drains.
public struct LandlineServer: Service {
  /// What there is to know when the server listens.
  public struct Started: Sendable {
    /// Address and port.
    public var listening: String
    /// SHA-256 of the leaf certificate.
    public var fingerprint: Digest256
    /// Only at the first start.
    public var invite: InviteAnswer?
    /// Where the time is told by UDP, if it is.
    public var clock: String?
  }

  private let settings: ServerSettings
  private let logger: Logger
  private let onStart: @Sendable (Started) -> Void
  private let onEnd: @Sendable () -> Void

  /// - Parameters:
  ///   - onStart: called once, when the server listens.
  ///   - onEnd: called once, when the server begins to end.
  public init(
    settings: ServerSettings, logger: Logger, onStart: @escaping @Sendable (Started) -> Void,
    onEnd: @escaping @Sendable () -> Void = {}
  ) {
    self.settings = settings
    self.logger = logger
    self.onStart = onStart
    self.onEnd = onEnd
  }

  /// Threads for work that waits for the disk.
  private static let blockingThreads = 8

  public func run() async throws {
    umask(0o077)
    let descriptors = DescriptorLimit.raise()
    let pool = NIOThreadPool(numberOfThreads: Self.blockingThreads)
    pool.start()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
    let result: Result<Void, any Error>
    do {
      try await serve(group, pool, descriptors: descriptors)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    try? await group.shutdownGracefully()
    try? await pool.shutdownGracefully()
    try result.get()
  }

  private func serve(
    _ group: MultiThreadedEventLoopGroup, _ pool: NIOThreadPool, descriptors: Int
  ) async throws {
    let folder = try DataFolder(path: settings.data)
    let content = try DiskContentStore(folder: folder, bounds: settings.space)
    let database = try SQLiteStore(folder: folder)
    let identity = try await loadIdentity(folder, database)
    let shares = DescriptorShares(of: descriptors)
    let registry = ConnectionRegistry(
      maximum: max(16, min(settings.maximumConnections, shares.connections)),
      maximumWaiting: settings.maximumUnauthenticated,
      loginTimeout: .seconds(settings.loginTimeout))
    let transfers = TransferCount(limit: shares.transfers)

    let listener = try await LineListener(
      settings: settings, tls: try identity.makeContext(), registry: registry
    ).bindOrExplain(on: group)
    let bound = HostPort(
      host: listener.channel.localAddress?.ipAddress ?? settings.listenHost,
      port: listener.channel.localAddress?.port ?? settings.listenPort)
    let secret = try folder.writeSecret(named: "control.secret", Secret.makeHex())
    let control = try await ControlListener(
      folder: folder.landlineDescriptor, registry: registry,
      stallTimeout: .seconds(settings.stallTimeout), logger: logger
    ).bind(on: group)

    let uploads = UploadRegistry()
    let name = settings.name ?? Machine.name()
    let rates = AccountRates(standard: settings.rate)
    let blocking = BlockingTaskExecutor(pool)
    let logger = logger
    let audit = try AuditFile(folder: folder) { reason in
      logger.error("the audit log has gaps", metadata: ["reason": "\(reason)"])
    }
    let commands = try makeCommands(folder, audit, descriptors: descriptors)
    let accounts = AccountService(
      store: database,
      server: .init(
        name: name, leaf: identity.fingerprint,
        address: try advertised(bound, trust: identity.trust)),
      rates: rates, roles: try await database.roles(), connected: { registry.principals() + commands.principals() },
      countAccounts: { try content.countAccounts() },
      revoked: { revocation in
        registry.end(revocation)
        commands.end(revocation)
      })
    let listeners = LineAudience()
    do {
      try await accounts.beginQuotas()
    } catch {
      logger.error("quotas cannot be kept, and nobody who has one can store anything", metadata: ["reason": "\(error)"])
    }
    let services = Services(
      accounts: accounts,
      files: FileService(store: content, hashes: database, uploads: uploads), commands: commands, rates: rates,
      chat: ChatService(store: database, flow: ChatFlow(messages: settings.chatRate), audiences: [listeners]) {
        try content.requireFreeSpace()
      }, listeners: listeners,
      status: ServerStatus(
        started: .now, listening: bound.description, fingerprint: identity.fingerprint,
        registry: registry, transfers: transfers, descriptors: shares),
      audit: audit)
    let housekeeping = Housekeeping(
      content: content, database: database, identity: identity, blocking: blocking, logger: logger)
    let runner = SessionRunner(
      services: services, registry: registry, blocking: blocking,
      stallTimeout: .seconds(settings.stallTimeout), logger: logger)

    var datagrams = DatagramServices(logger: logger)
    let clock = try settings.clockPort.map { try datagrams.addClock(host: bound.host, port: $0) }
    if settings.isDiscoverable {
      try datagrams.addDiscovery(name: name, listening: bound, trust: identity.trust)
    }

    onStart(
      Started(
        listening: bound.description, fingerprint: identity.fingerprint,
        invite: try await accounts.firstInvite(), clock: clock))
    logger.notice("listening", metadata: ["address": "\(bound)", "fingerprint": "\(identity.fingerprint)"])

    let drainTimeout = Duration.seconds(settings.drainTimeout)
    await audit.whileWriting(on: blocking) {
      await datagrams.whileServing {
        await serve(listener, control, secret: secret, runner, housekeeping, drainTimeout: drainTimeout)
      }
    }
    logger.notice("ended")
  }

  private func serve(
    _ listener: LineListener.Server, _ control: ControlListener.Server, secret: String, _ runner: SessionRunner,
    _ housekeeping: Housekeeping, drainTimeout: Duration
  ) async {
    await withTaskGroup { tasks in
      tasks.addTask { await runner.serve(listener) }
      tasks.addTask { await runner.serve(control, secret: secret) }
      tasks.addTask { try? await gracefulShutdown() }
      tasks.addTask { await housekeeping.run() }
      tasks.addTask(executorPreference: runner.blocking) { await runner.services.chat.run() }
      tasks.addTask(executorPreference: runner.blocking) { await runner.services.commands.run() }
      // Whatever comes first: the wish to end, or a listener that ended by itself.
      await tasks.next()
      onEnd()
      logger.notice("ending", metadata: ["seconds": "\(settings.drainTimeout)"])
      listener.channel.close(promise: nil)
      control.channel.close(promise: nil)
      await runner.registry.drain(timeout: drainTimeout)
      tasks.cancelAll()
    }
  }

  private func makeCommands(_ folder: DataFolder, _ audit: any AuditLog, descriptors: Int) throws -> CommandService {
    var settings = self.settings.commands.host(descriptors: descriptors)
    settings.space = self.settings.space
    let host = try LocalProgramHost(settings, data: folder.path, privateFolder: folder.landlinePath)
    if let refusal = host.refusal {
      logger.notice("no commands", metadata: ["reason": "\(refusal)"])
    } else {
      logger.info("commands", metadata: ["confined": "\(host.confinementText)"])
    }
    return CommandService(host: host, limits: settings.limits, audit: audit)
  }

  private func loadIdentity(_ folder: DataFolder, _ database: SQLiteStore) async throws -> ServerIdentity {
    if let certificate = settings.certificateFile, let key = settings.privateKeyFile {
      return try ServerIdentity(certificateFile: certificate, keyFile: key)
    }
    if settings.certificateFile != nil || settings.privateKeyFile != nil {
      throw ServerError("a certificate and a private key go together; one of them is missing")
    }
    if let pem = try folder.readSecret(named: KeptIdentity.file) {
      return try KeptIdentity.read(pem, in: folder.landlinePath)
    }
    let accounts = try await database.accounts().count
    guard accounts == 0 else { throw KeptIdentity.missing(in: folder.landlinePath, accounts: accounts) }
    let pem = try ServerIdentity.makePEM(name: Machine.name())
    try folder.writeSecret(named: KeptIdentity.file, pem)
    return try ServerIdentity(pem: pem)
  }

  private func advertised(_ bound: HostPort, trust: Invite.Trust) throws -> Invite {
    var endpoint = HostPort(host: Machine.name(), port: bound.port)
    if let advertise = settings.advertise {
      guard let given = HostPort(advertise, defaultPort: bound.port) else {
        throw ServerError("--advertise '\(advertise)' is not HOST:PORT")
      }
      endpoint = given
    } else if bound.host.hasPrefix("127.") || bound.host == "::1" {
      // Nobody else can reach it, whatever the machine is called.
      endpoint.host = bound.host
    }
    return Invite(host: endpoint.host, port: endpoint.port, trust: trust, token: nil)
  }
}

extension LineListener {
  /// Binds, with an error that says what to do about it.
  fileprivate func bindOrExplain(on group: any EventLoopGroup) async throws -> Server {
    do {
      return try await bind(on: group)
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw ServerError(
        "\(settings.listenHost):\(settings.listenPort) is in use by another program; "
          + "choose another port with --listen, or :0 for any")
    } catch {
      throw ServerError("cannot listen on \(settings.listenHost):\(settings.listenPort): \(error)")
    }
  }
}
