import Framing
import Glibc
import LandlineProtocol
import LandlineTransport
import Logging
import NIOCore
import NIOPosix

/// The control socket: the line protocol without TLS, for the server's own user on its own machine.
struct ControlListener {
  typealias Accepted = (line: LineChannel, id: ConnectionRegistry.ID)
  typealias Server = NIOAsyncChannel<Accepted?, Never>

  /// The descriptor of `DATA/landline`, held open by its owner.
  let folder: CInt
  let registry: ConnectionRegistry
  let stallTimeout: TimeAmount
  let logger: Logger

  func bind(on group: any EventLoopGroup) async throws -> Server {
    // The socket's path goes by way of the open folder, for it has 107 bytes at most and DATA's may have more
    // (`man 7 unix`).
    let path = "/proc/self/fd/\(folder)/control.sock"
    // The lock on the data folder is ours, so nobody listens on a socket that was left there.
    unlink(path)
    let server = try await listen(at: path, on: group)
    guard chmod(path, 0o600) == 0 else {
      throw ServerError("cannot protect the control socket: error \(errno)")
    }
    return server
  }

  private func listen(at path: String, on group: any EventLoopGroup) async throws -> Server {
    try await ServerBootstrap(group: group)
      .bind(unixDomainSocketPath: path) { channel in
        Self.peer(of: channel).flatMapThrowing { peer in
          guard peer.uid == 0 || peer.uid == geteuid() else {
            logger.warning("refused a control connection", metadata: ["uid": "\(peer.uid)"])
            channel.close(promise: nil)
            return nil
          }
          guard let id = registry.admit(channel, isLocal: true) else {
            channel.close(promise: nil)
            return nil
          }
          let line = try LineChannel(
            channel: channel, limits: .init(head: LineProtocol.maximumHeadBeforeLogin, body: 0),
            stallTimeout: stallTimeout)
          return (line, id)
        }
      }
  }

  /// `struct ucred` (`man 7 unix`).
  private struct PeerCredentials: Sendable {
    var pid: pid_t = 0
    var uid: uid_t = 0
    var gid: gid_t = 0
  }

  /// The process at the other end, as it was when it connected.
  private static func peer(of channel: any Channel) -> EventLoopFuture<PeerCredentials> {
    guard let provider = channel as? any SocketOptionProvider else {
      return channel.eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }
    return provider.unsafeGetSocketOption(
      level: .socket, name: NIOBSDSocket.Option(rawValue: SO_PEERCRED))
  }
}
