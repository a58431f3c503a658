import Crypto
import FoundationEssentials
import LandlineProtocol
import NIOSSL
import SwiftASN1
import X509

/// The key and certificate by which clients know the server.
struct ServerIdentity {
  var chain: [NIOSSLCertificate]
  var key: NIOSSLPrivateKey
  /// SHA-256 of the leaf certificate in DER.
  var fingerprint: Digest256
  /// How clients check it.
  var trust: Invite.Trust

  /// The operator's own certificate, for which an authority vouches: checked by name, so that its renewal breaks nothing.
  init(certificateFile: String, keyFile: String) throws {
    do {
      chain = try NIOSSLCertificate.fromPEMFile(certificateFile)
      key = try NIOSSLPrivateKey(file: keyFile, format: .pem)
    } catch {
      throw ServerError(
        "the certificate \(certificateFile) with the key \(keyFile) cannot be used: \(error)")
    }
    fingerprint = try Self.fingerprint(of: chain)
    trust = .certificateAuthorities
  }

  /// The server's own self-signed certificate: read from `pem`, or made.
  init(pem: String) throws {
    chain = try NIOSSLCertificate.fromPEMBytes(Array(pem.utf8))
    key = try NIOSSLPrivateKey(bytes: Array(pem.utf8), format: .pem)
    fingerprint = try Self.fingerprint(of: chain)
    trust = .fingerprint(fingerprint)
  }

  private static func fingerprint(of chain: [NIOSSLCertificate]) throws -> Digest256 {
    guard let leaf = chain.first else { throw ServerError("there is no certificate in that file") }
    return Digest256(hashing: try leaf.toDERBytes())
  }

  /// A new P-256 key and a self-signed certificate for it, in PEM, one behind the other.
  ///
  /// Clients pin the certificate itself, so that its dates mean nothing to them; they are as wide as X.509 has them
  /// (RFC 5280 section 4.1.2.5: "no well-defined expiration date").
  static func makePEM(name: String) throws -> String {
    let key = P256.Signing.PrivateKey()
    let issuerKey = Certificate.PrivateKey(key)
    let subject = try DistinguishedName { CommonName(name) }
    let certificate = try Certificate(
      version: .v3,
      serialNumber: Certificate.SerialNumber(),
      publicKey: issuerKey.publicKey,
      notValidBefore: Date(timeIntervalSince1970: 1_577_836_800),
      notValidAfter: Date(timeIntervalSince1970: 253_402_300_799),
      issuer: subject,
      subject: subject,
      extensions: try Certificate.Extensions {
        Critical(BasicConstraints.notCertificateAuthority)
        KeyUsage(digitalSignature: true)
        SubjectAlternativeNames([.dnsName(name)])
      },
      issuerPrivateKey: issuerKey)
    return try certificate.serializeAsPEM().pemString + "\n" + key.pemRepresentation + "\n"
  }
}
