import LandlineTransport
import Logging
import NIOCore

/// Runs a session for each connection of a listener, as children of one task.
struct SessionRunner: Sendable {
  let services: Services
  let registry: ConnectionRegistry
  let blocking: BlockingTaskExecutor
  let stallTimeout: TimeAmount
  let logger: Logger

  /// Serves the encrypted port until its listener is closed and its connections have ended.
  func serve(_ listener: LineListener.Server) async {
    await accept(from: listener) { negotiation in
      // TLS failed, or its deadline passed: that connection's own affair, and it is closed.
      guard let accepted = try? await negotiation.get() else { return }
      switch accepted {
      case .line(let line, let id): await run(line, id, door: .line)
      case .web(let channel): try? await channel.closeFuture.get()
      }
    }
  }

  /// Serves the control socket likewise.
  func serve(_ listener: ControlListener.Server, secret: String) async {
    await accept(from: listener) { accepted in
      guard let accepted else { return }
      await run(accepted.line, accepted.id, door: .control(secret: secret))
    }
  }

  private func accept<Connection: Sendable>(
    from listener: NIOAsyncChannel<Connection, Never>,
    _ handle: @escaping @Sendable (Connection) async -> Void
  ) async {
    do {
      try await listener.executeThenClose { inbound in
        try await withThrowingDiscardingTaskGroup { group in
          for try await connection in inbound {
            group.addTask { await handle(connection) }
          }
        }
      }
    } catch is CancellationError {
      // The server is ending, and its connections have.
    } catch {
      logger.error("a listener ended", metadata: ["error": "\(error)"])
    }
  }

  private func run(_ line: LineChannel, _ id: ConnectionRegistry.ID, door: LineSession.Door) async {
    var logger = logger
    logger[metadataKey: "connection"] = "\(id)"
    if let peer = line.channel.remoteAddress?.ipAddress { logger[metadataKey: "peer"] = "\(peer)" }
    let session = LineSession(
      line: line, door: door, services: services, registry: registry, connection: id,
      blocking: blocking, stallTimeout: stallTimeout, logger: logger)
    await withTaskExecutorPreference(EventLoopTaskExecutor(line.channel.eventLoop)) {
      await session.run()
    }
  }
}
