import Addresses
import LandlineProtocol
import LandlineServices
import Logging
import NIOPosix
import SocketServer
import Sockets

/// What a server answers by UDP, where its operator has asked for it: the time, and that it is there.
struct DatagramServices {
  private struct Service: Sendable {
    var name: String
    var server: DatagramServer
  }

  private var services: [Service] = []
  private let logger: Logger

  init(logger: Logger) {
    self.logger = logger
  }

  /// Adds the time service.
  /// - Returns: where it is.
  /// - Throws: `ServerError` when the port cannot be had.
  mutating func addClock(host: String, port: Int) throws -> String {
    guard let address = try? IPAddress(parsing: host.utf8Span.span), let number = UInt16(exactly: port) else {
      throw ServerError("cannot tell the time on '\(host)' port \(port): that is no address")
    }
    var settings = SocketServer.ServerSettings()
    // One byte more than a format may have, so that a longer one is seen to be one.
    settings.maximumPacketSize = TimeRequest.longest + 1
    settings.dualStack = true
    settings.handleError = { _, _ in }
    let limit = SourceLimit()
    do {
      let server = try DatagramServer(SocketAddress(address, port: Port(number)), settings: settings) {
        ClockHandler(limit: limit)
      }
      services.append(Service(name: "clock", server: server))
      return "\(server.address)"
    } catch {
      throw ServerError("cannot tell the time on UDP port \(port): \(error); choose another with --clock-port")
    }
  }

  /// Adds what answers `landline discover`.
  /// - Parameter listening: where the server is.
  /// - Throws: `ServerError`.
  mutating func addDiscovery(name: String, listening: LandlineProtocol.HostPort, trust: Invite.Trust) throws {
    let limit = SourceLimit()
    let bound = try? IPAddress(parsing: listening.host.utf8Span.span)
    // A server on every address is where its answer comes from.
    let host = bound.map { $0 == .ipv4(.any) || $0 == .ipv6(.any) } == true ? nil : listening.host
    let fingerprint =
      switch trust {
      case .fingerprint(let digest): "\(digest)"
      case .certificateAuthorities: "ca"
      }
    var settings = SocketServer.ServerSettings()
    settings.allowReusePort = true
    settings.maximumPacketSize = Discovery.size + 1
    settings.handleError = { _, _ in }
    do {
      let group = try IPAddress(parsing: Discovery.group.utf8Span.span)
      // Bound to the group: what is sent to this machine alone does not come here.
      let server = try DatagramServer(SocketAddress(group, port: Port(Discovery.port)), settings: settings) {
        DiscoveryHandler(name: name, host: host, port: listening.port, fingerprint: fingerprint, limit: limit)
      }
      let members = GroupMembers(server, group: group, onLoopbackOnly: bound?.isLoopback ?? false)
      try members.update()
      services.append(Service(name: "discovery", server: server))
      memberships.append(members)
    } catch {
      throw ServerError("cannot be found by discovery (--discoverable): \(error)")
    }
  }

  private var memberships: [GroupMembers] = []

  /// Answers while `body` runs.
  func whileServing(_ body: () async -> Void) async {
    guard !services.isEmpty else { return await body() }
    // A thread each: they wait in system calls, which the threads for the disk are not for.
    let pool = NIOThreadPool(numberOfThreads: services.count)
    pool.start()
    await withTaskGroup { tasks in
      for service in services { tasks.addTask { await run(service, on: pool) } }
      for members in memberships { tasks.addTask { await members.keep() } }
      await body()
      tasks.cancelAll()
    }
    try? await pool.shutdownGracefully()
  }

  private func run(_ service: Service, on pool: NIOThreadPool) async {
    let logger = logger
    await withTaskCancellationHandler {
      try? await pool.runIfActive {
        do {
          try service.server.serveForever()
        } catch {
          logger.error("a UDP service ended", metadata: ["service": "\(service.name)", "reason": "\(error)"])
        }
      }
    } onCancel: {
      service.server.requestShutdown()
    }
    service.server.serverClose(grace: .seconds(1))
  }
}
