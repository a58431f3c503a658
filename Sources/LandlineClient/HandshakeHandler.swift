import LandlineProtocol
import NIOCore
import NIOSSL
import NIOTLS

/// Waits for the end of the TLS handshake, and turns its failures into sentences.
final class HandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer

  private let verification: ServerVerification
  private let place: String
  private var promise: EventLoopPromise<Void>?

  init(_ verification: ServerVerification, place: String, promise: EventLoopPromise<Void>) {
    self.verification = verification
    self.place = place
    self.promise = promise
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted(let negotiated)? = event as? TLSUserEvent {
      if negotiated == LineProtocol.alpn {
        let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
        do throws(ClientError) {
          try verification.checkName(of: handler?.peerCertificate)
          finish(.success(()))
        } catch {
          finish(.failure(error))
          context.close(promise: nil)
        }
      } else {
        finish(.failure(notLandline))
        context.close(promise: nil)
      }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if promise != nil { finish(.failure(describe(error))) }
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    finish(.failure(closed))
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    finish(.failure(closed))
  }

  private func finish(_ result: Result<Void, ClientError>) {
    promise?.completeWith(result.mapError { $0 as any Error })
    promise = nil
  }

  private var notLandline: ClientError {
    ClientError(
      .notTrusted,
      "\(place) is not a landline server: it does not speak \(LineProtocol.alpn); nothing was sent")
  }

  private var closed: ClientError {
    ClientError(.cannotConnect, "cannot connect to \(place): it closed the connection in the middle of TLS")
  }

  private func describe(_ error: any Error) -> ClientError {
    if let mismatch = verification.mismatch { return mismatch }
    switch error {
    case let error as IOError:
      return ClientError(
        .cannotConnect,
        "cannot connect to \(place): \(ConnectFailure.describe(error))")
    case NIOSSLError.handshakeFailed(.sslError(let stack)):
      let details = stack.map { "\($0)" }.joined(separator: " ")
      if details.contains("EOF during handshake") { return closed }
      if details.contains("NO_APPLICATION_PROTOCOL") { return notLandline }
      if details.contains("WRONG_VERSION_NUMBER") || details.contains("HTTP_REQUEST") {
        return ClientError(
          .notTrusted, "\(place) answers, but not with TLS; nothing was sent")
      }
      if details.contains("CERTIFICATE_VERIFY_FAILED") {
        return ClientError(
          .notTrusted,
          "the certificate of \(place) is not vouched for by any certificate authority that this "
            + "machine trusts, or is for another name or time; nothing was sent. A private "
            + "authority's certificate can be named by LANDLINE_CA_FILE")
      }
      return ClientError(
        .notTrusted, "TLS with \(place) failed; nothing was sent (\(printable(details)))")
    case NIOSSLError.handshakeFailed, is BoringSSLError:
      // The peer hung up in the middle: nothing there can be told apart from a broken network.
      return closed
    case NIOSSLError.uncleanShutdown:
      return closed
    case is NIOSSLExtraError:
      return ClientError(
        .notTrusted, "the certificate of \(place) is for another name; nothing was sent (\(error))")
    default:
      return ClientError(.notTrusted, "TLS with \(place) failed; nothing was sent (\(error))")
    }
  }
}
