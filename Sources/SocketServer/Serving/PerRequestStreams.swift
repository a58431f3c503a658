internal import Selectors
internal import Sockets
internal import SystemPackage

/// Accepts connections and gives each to a runner.
final class PerRequestStreams: StreamEngine {
  private let loop: RequestLoop
  private let runner: any RequestRunner
  private let settings: ServerSettings
  private let connections: ConnectionRegistry
  private let options: StreamOptions
  private let run: @Sendable (inout StreamRequest) throws -> Void

  var waker: Waker { loop.waker }

  init<Handler: StreamRequestHandler & ~Copyable>(
    _ runner: any RequestRunner, _ settings: ServerSettings, _ connections: ConnectionRegistry,
    _ makeHandler: @escaping @Sendable () -> Handler
  ) throws(SocketError) {
    loop = try RequestLoop.make(runner, settings)
    self.runner = runner
    self.settings = settings
    self.connections = connections
    options = StreamOptions(Handler.self)
    run = { request in try makeHandler().run(&request) }
  }

  func serve(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState, pollInterval: Duration
  ) throws(SelectorError) {
    let descriptor = listener.descriptor
    // Several at a time, so that a rush of connections does not cost a wait each; but the hooks have their turn.
    let interval = pollInterval.nanoseconds
    try loop.serve(descriptor, state, pollInterval: pollInterval) {
      let start = Clock.nanoseconds
      for _ in 0..<64 where !runner.isFull && !state.isStopRequested && Clock.nanoseconds - start <= interval {
        switch acceptOne(listener, server) {
        case .accepted: continue
        case .none: return true
        case .exhausted: return false
        }
      }
      return true
    }
  }

  func handleOne(
    _ server: StreamServer, _ listener: borrowing Socket, _ state: ServingState
  ) throws(SelectorError) {
    try loop.handleOne(listener.descriptor, state) { acceptOne(listener, server) != .exhausted }
  }

  private func acceptOne(_ listener: borrowing Socket, _ server: StreamServer) -> Acceptance {
    do throws(SocketError) {
      guard let accepted = try listener.tryAccept(nonBlocking: false) else { return .none }
      process(accepted, server)
      return .accepted
    } catch {
      return Acceptance(after: error, server)
    }
  }

  private func process(_ accepted: consuming AcceptedSocket, _ server: StreamServer) {
    let client = accepted.peerAddress
    guard settings.verifyRequest(client) else {
      // Its deinit closes it.
      try? accepted.socket.shutdown(.sending)
      return
    }
    do {
      let stream = try options.stream(of: accepted.socket)
      let request = StreamRequest(stream, from: client, to: server, connections, sendsAtOnce: !options.buffersWrites)
      try runner.process(request) { [self] request in finish(request) }
    } catch {
      settings.handleError(error, client)
    }
  }

  private func finish(_ request: consuming StreamRequest) -> Bool {
    var request = request
    do {
      try run(&request)
      request.end()
      return true
    } catch {
      request.end()
      settings.handleError(error, request.clientAddress)
      return false
    }
  }

  func close(atMost timeout: Duration?) -> Bool { runner.waitForRequests(atMost: timeout) }

  func terminate() {
    runner.terminateRequests()
    // Their connections are cut: what waited for a client ends, and only what computes is left behind.
    _ = runner.waitForRequests(atMost: .seconds(10))
  }
}

/// What came of trying to accept a connection.
enum Acceptance {
  case accepted
  /// Nobody waits.
  case none
  /// There is no descriptor, or no memory, for a connection, or the listener does not work.
  case exhausted

  init(after error: SocketError, _ server: StreamServer) {
    // Errors of the connection that was to come, not of the listener (man 2 accept).
    let transient: [Errno] = [
      .connectionAbort, .networkDown, .protocolError, .protocolNotAvailable, .hostIsDown, .noRouteToHost,
      .notSupportedOnSocket, .networkUnreachable,
    ]
    if let errno = error.errno, transient.contains(errno) {
      self = .none
    } else {
      // No descriptor, no memory, or a listener that somebody has shut down: to try again at once would be in vain.
      server.settings.handleError(error, server.address)
      self = .exhausted
    }
  }
}

/// What a handler's type says about its connections.
private struct StreamOptions: Sendable {
  private let timeout: Duration?
  private let disablesNagleAlgorithm: Bool
  private let bufferSize: Int
  private let encoding: TextEncoding
  let buffersWrites: Bool

  init<Handler: StreamRequestHandler & ~Copyable>(_ type: Handler.Type) {
    timeout = type.timeout
    disablesNagleAlgorithm = type.disablesNagleAlgorithm
    bufferSize = type.bufferSize
    encoding = type.encoding
    buffersWrites = type.buffersWrites
  }

  func stream(of socket: consuming Socket) throws(SocketError) -> SocketStream {
    if let timeout { try socket.setTimeout(timeout) }
    if disablesNagleAlgorithm, socket.family != .unix { try socket.setOption(.noDelay, to: true) }
    return try SocketStream(socket, bufferSize: bufferSize, encoding: encoding)
  }
}

extension RequestLoop {
  static func make(_ runner: any RequestRunner, _ settings: ServerSettings) throws(SocketError) -> RequestLoop {
    do throws(SelectorError) {
      return try RequestLoop(runner, settings)
    } catch {
      throw SocketError("eventfd", error.errno ?? .ioError)
    }
  }
}
