import Framing
import LandlineProtocol
import LandlineTransport
import NIOCore
import NIOPosix
import NIOSSL

/// A connection on which nothing was said yet.
struct FreshLine: Sendable {
  let line: LineChannel
  /// SHA-256 of the server's certificate; nil on the control socket.
  let server: Digest256?
}

/// Makes connections to one endpoint.
struct Connector: Sendable {
  /// How long a connection may say and take nothing while a request is open.
  static let stallTimeout = TimeAmount.seconds(90)

  let endpoint: Endpoint
  var window = ReceiveWindow.usual

  /// Connects and, over TLS, proves the server.
  /// - Parameter deadline: for name, all addresses and TLS together.
  func connect(until deadline: NIODeadline) async throws -> FreshLine {
    switch endpoint {
    case .line(let host, let port, let trust):
      try await connect(host: host, port: port, trust: trust, deadline: deadline)
    case .control(let folder):
      FreshLine(line: try await ControlSocket.connect(folder, until: deadline, window), server: nil)
    }
  }

  /// What the bootstraps for TCP and for Unix sockets share.
  static func bootstrap(until deadline: NIODeadline, _ window: ReceiveWindow) -> ClientBootstrap {
    window.apply(
      to: ClientBootstrap(group: ClientRuntime.eventLoops)
        .connectTimeout(max(deadline - .now(), .milliseconds(1))))
  }

  static func addLine(to channel: any Channel, _ window: ReceiveWindow) throws -> LineChannel {
    try LineChannel(
      channel: channel,
      limits: .init(head: LineProtocol.maximumHead, body: LineProtocol.maximumBody),
      stallTimeout: stallTimeout, waitingAtMost: window.waiting)
  }

  private func connect(
    host: String, port: Int, trust: Invite.Trust, deadline: NIODeadline
  ) async throws -> FreshLine {
    let context = try ServerVerification.makeContext(trust)
    let place = endpoint.place
    // A name can have several addresses, tried side by side (RFC 8305), so every channel has its own check.
    let made: (line: LineChannel, verification: ServerVerification, done: EventLoopFuture<Void>)
    do {
      made = try await Self.bootstrap(until: deadline, window)
        .channelOption(.tcpOption(.tcp_nodelay), value: 1)
        .channelOption(.socketOption(.so_keepalive), value: 1)
        .connect(host: host, port: port) { channel in
          channel.eventLoop.makeCompletedFuture {
            let verification = ServerVerification(host: host, port: port, trust: trust)
            let promise = channel.eventLoop.makePromise(of: Void.self)
            do {
              let pipeline = channel.pipeline.syncOperations
              try pipeline.addHandler(DirectWriter(), name: "socket")
              try pipeline.addHandler(verification.makeHandler(context), name: "tls")
              try pipeline.addHandler(
                HandshakeHandler(verification, place: place, promise: promise), name: "handshake")
              let line = try Self.addLine(to: channel, window)
              return (line, verification, promise.futureResult)
            } catch {
              promise.fail(error)
              throw error
            }
          }
        }
    } catch {
      throw ConnectFailure.error(error, place: place)
    }
    try await Deadline.run(until: deadline, on: made.line, place: place) {
      try await made.done.get()
    }
    guard let leaf = made.verification.leaf else {
      made.line.close()
      throw ClientError(.notTrusted, "\(place) showed no certificate; nothing was sent")
    }
    return FreshLine(line: made.line, server: leaf)
  }
}
