import LandlineProtocol
import NIOCore
import NIOSSL

extension ServerIdentity {
  /// TLS 1.3 only; the line by its ALPN, HTTP by its own or by none.
  func makeContext() throws -> NIOSSLContext {
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv13
    // How long a peer may take to say goodbye after we did.
    configuration.shutdownTimeout = .seconds(1)
    configuration.applicationProtocols = [LineProtocol.alpn, "http/1.1"]
    return try NIOSSLContext(configuration: configuration)
  }
}
