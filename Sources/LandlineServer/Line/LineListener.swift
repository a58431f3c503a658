import Framing
import Glibc
import LandlineProtocol
import LandlineTransport
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS

/// The one encrypted port: takes connections in and dispatches them by ALPN.
struct LineListener {
  /// What a connection turned out to be.
  enum Accepted: Sendable {
    case line(LineChannel, ConnectionRegistry.ID)
    /// HTTP, which its own handlers answer.
    case web(any Channel)
  }

  typealias Server = NIOAsyncChannel<EventLoopFuture<Accepted>, Never>

  let settings: ServerSettings
  let tls: NIOSSLContext
  let registry: ConnectionRegistry

  /// The size of one read in bytes: large while much comes, for each costs a system call and a pass through TLS; small
  /// before that, for a connection keeps a buffer of this size while it is idle.
  static let readSizes = 1_024...262_144

  func bind(on group: any EventLoopGroup) async throws -> Server {
    let stallTimeout = TimeAmount.seconds(settings.stallTimeout)
    return try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1_024)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      // Else the kernel takes megabytes at once and says so only when a third of them is gone: who reads slowly would
      // look stalled. So it says when less than half of this has yet to be sent (man 7 tcp); oftener costs a fast line.
      .childChannelOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: 524_288)
      .childChannelOption(.socketOption(.so_keepalive), value: 1)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(
          minimum: Self.readSizes.lowerBound, initial: Self.readSizes.lowerBound,
          maximum: Self.readSizes.upperBound)
      )
      .bind(host: settings.listenHost, port: settings.listenPort) { channel in
        channel.eventLoop.makeCompletedFuture {
          try prepare(channel, stallTimeout: stallTimeout)
        }
      }
  }

  private func prepare(_ channel: any Channel, stallTimeout: TimeAmount) throws
    -> EventLoopFuture<Accepted>
  {
    guard let id = registry.admit(channel) else {
      channel.close(promise: nil)
      return channel.eventLoop.makeFailedFuture(LineTransportError.closed)
    }
    let pipeline = channel.pipeline.syncOperations
    try pipeline.addHandler(DirectWriter(), name: "socket")
    try pipeline.addHandler(NIOSSLServerHandler(context: tls), name: "tls")
    let negotiation = NIOTypedApplicationProtocolNegotiationHandler<Accepted> { result, channel in
      channel.eventLoop.makeCompletedFuture {
        if result == .negotiated(LineProtocol.alpn) {
          let line = try LineChannel(
            channel: channel, limits: .init(head: LineProtocol.maximumHeadBeforeLogin, body: 0),
            stallTimeout: stallTimeout)
          return .line(line, id)
        }
        try channel.pipeline.syncOperations.addHandler(WebPlaceholder(), name: "web")
        return .web(channel)
      }
    }
    try pipeline.addHandler(negotiation, name: "negotiation")
    return negotiation.protocolNegotiationResult
  }
}
