import LandlineProtocol
import NIOCore
import NIOSSL
import Synchronization

/// The check of one connection's server certificate, and what it found.
final class ServerVerification: Sendable {
  private struct State {
    var leaf: Digest256?
    var mismatch: ClientError?
  }

  private let host: String
  private let place: String
  private let trust: Invite.Trust
  private let state = Mutex(State())

  init(host: String, port: Int, trust: Invite.Trust) {
    self.host = host
    self.trust = trust
    place = HostPort(host: host, port: port).description
  }

  /// SHA-256 of the leaf certificate that the server showed; only of a verified one.
  var leaf: Digest256? { state.withLock { $0.leaf } }

  /// Why the pinned check failed, if it did.
  var mismatch: ClientError? { state.withLock { $0.mismatch } }

  /// The handler that does TLS for a new channel.
  func makeHandler(_ context: NIOSSLContext) throws -> NIOSSLClientHandler {
    // RFC 6066 section 3: an address cannot be a server name.
    let serverName = isAddress ? nil : host
    guard case .fingerprint(let expected) = trust else {
      return try NIOSSLClientHandler(context: context, serverHostname: serverName)
    }
    return try NIOSSLClientHandler(context: context, serverHostname: serverName) { chain, promise in
      promise.succeed(self.check(chain, against: expected) ? .certificateVerified : .failed)
    }
  }

  private func check(_ chain: [NIOSSLCertificate], against expected: Digest256) -> Bool {
    guard let bytes = try? chain.first?.toDERBytes() else { return false }
    let found = Digest256(hashing: bytes)
    return state.withLock { state in
      if found == expected {
        state.leaf = found
        return true
      }
      state.mismatch = ClientError(
        .notTrusted,
        "\(place) is not the server that was joined; nothing was sent. "
          + "Expected fingerprint \(expected), found \(found)",
        advice: "If the server was really given a new key, ask its owner for a new invite; otherwise somebody "
          + "stands between you and it")
      return false
    }
  }

  /// The last check of a certificate that BoringSSL has verified: the host's name. Notes the fingerprint.
  func checkName(of certificate: NIOSSLCertificate?) throws(ClientError) {
    guard let certificate, let bytes = try? certificate.toDERBytes() else {
      throw ClientError(.notTrusted, "\(place) showed no certificate; nothing was sent")
    }
    if case .certificateAuthorities = trust, !isAddress,
      !CertificateName.covers(host, certificate)
    {
      throw ClientError(
        .notTrusted,
        "the certificate of \(place) is for another name than '\(host)'; nothing was sent")
    }
    state.withLock { $0.leaf = Digest256(hashing: bytes) }
  }

  private var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

  /// TLS 1.3, ALPN, and whom to trust.
  static func makeContext(_ trust: Invite.Trust) throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.minimumTLSVersion = .tlsv13
    configuration.applicationProtocols = [LineProtocol.alpn]
    switch trust {
    case .fingerprint:
      // The callback decides. If it were ever not called, no certificate would pass: nobody is trusted.
      configuration.certificateVerification = .noHostnameVerification
      configuration.trustRoots = .certificates([])
    case .certificateAuthorities:
      configuration.certificateVerification = .fullVerification
      configuration.trustRoots = .default
      if let file = environment("LANDLINE_CA_FILE") {
        configuration.additionalTrustRoots = [.file(file)]
      }
    }
    do {
      return try NIOSSLContext(configuration: configuration)
    } catch {
      let source = environment("LANDLINE_CA_FILE").map { " from '\(printable($0))'" } ?? ""
      throw ClientError(
        .notTrusted, "the trusted certificates cannot be loaded\(source): \(error)")
    }
  }
}
