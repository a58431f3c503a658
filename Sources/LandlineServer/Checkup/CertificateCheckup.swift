import LandlineProtocol
import LandlineStorage
import NIOSSL
import SwiftASN1
import X509

/// Looks at what a server shows its clients.
struct CertificateCheckup {
  private static let check = "certificate"

  private let settings: ServerSettings
  private let folder: FolderCheckup
  private let accounts: Int

  /// - Parameter accounts: how many the server has.
  init(_ settings: ServerSettings, _ folder: FolderCheckup, accounts: Int) {
    self.settings = settings
    self.folder = folder
    self.accounts = accounts
  }

  func findings(now: Int64, running: StatusAnswer?) -> [Finding] {
    do {
      guard let identity = try identity() else {
        return [finding(.ok, "none yet; the first start makes one")]
      }
      _ = try identity.makeContext()
      return dates(identity, now: now) + chain(identity) + shown(identity, running)
    } catch let error as ServerError {
      return [finding(.error, error.description)]
    } catch {
      return [finding(.error, "the certificate cannot be used with its private key: \(error)")]
    }
  }

  private func finding(_ level: Finding.Level, _ message: String) -> Finding { Finding(level, Self.check, message) }

  private func identity() throws -> ServerIdentity? {
    switch (settings.certificateFile, settings.privateKeyFile) {
    case (let certificate?, let key?): return try ServerIdentity(certificateFile: certificate, keyFile: key)
    case (nil, nil): break
    default: throw ServerError("a certificate and a private key go together; one of them is missing")
    }
    let place = "\(folder.path)/landline"
    if let pem = try folder.readSecret(named: KeptIdentity.file) { return try KeptIdentity.read(pem, in: place) }
    guard accounts == 0 else { throw KeptIdentity.missing(in: place, accounts: accounts) }
    return nil
  }

  private func dates(_ identity: ServerIdentity, now: Int64) -> [Finding] {
    guard case .certificateAuthorities = identity.trust else {
      return [finding(.ok, "the server's own, \(identity.fingerprint); clients pin it, so it does not expire")]
    }
    let begins = identity.chain.map { Int64($0.notValidBefore) }.max() ?? 0
    let ends = identity.expires ?? 0
    let days = (ends - now) / 86_400
    if begins > now {
      return [finding(.error, "it is not good yet, for another \((begins - now) / 3_600) hours; is the clock right?")]
    }
    if ends <= now {
      return [
        finding(.error, "it has expired \(-days) days ago, and clients refuse it; renew it and restart the server")
      ]
    }
    let facts = "\(settings.certificateFile ?? "") is good for another \(days) days"
    return [days < ServerIdentity.warningDays ? finding(.warning, "\(facts); renew it") : finding(.ok, facts)]
  }

  /// Whether each certificate of the operator's chain was signed by the next one, and whether the first is for the name
  /// that invites say.
  private func chain(_ identity: ServerIdentity) -> [Finding] {
    guard case .certificateAuthorities = identity.trust else { return [] }
    guard let chain = try? identity.chain.map({ try Certificate(derEncoded: $0.toDERBytes()) }), let leaf = chain.first
    else {
      return [finding(.error, "its chain cannot be read")]
    }
    for (certificate, issuer) in zip(chain, chain.dropFirst()) {
      guard certificate.issuer == issuer.subject,
        issuer.publicKey.isValidSignature(certificate.signature, for: certificate)
      else {
        return [
          finding(
            .error,
            "in its chain '\(certificate.subject)' is not signed by '\(issuer.subject)'; "
              + "the file must have the server's own certificate first and then, one after the other, those that vouch for it"
          )
        ]
      }
    }
    let facts = chain.count == 1 ? "it comes alone" : "its chain of \(chain.count) fits together"
    var findings = [
      chain.count == 1 && leaf.issuer != leaf.subject
        ? finding(
          .warning, "\(facts): clients that do not know '\(leaf.issuer)' refuse it; use the file with the full chain")
        : finding(.ok, facts)
    ]
    if let host = advertisedHost, !Self.names(of: leaf).contains(where: { Self.matches($0, host) }) {
      findings.append(
        finding(
          .warning, "it is not for the name '\(host)', which invites say; set --advertise to a name that it is for"))
    }
    return findings
  }

  private var advertisedHost: String? {
    guard let advertise = settings.advertise else { return Machine.name() }
    return HostPort(advertise, defaultPort: LineProtocol.port)?.host
  }

  private static func names(of certificate: Certificate) -> [String] {
    guard let names = try? certificate.extensions.subjectAlternativeNames else { return [] }
    return names.compactMap { if case .dnsName(let name) = $0 { name.lowercased() } else { nil } }
  }

  /// RFC 9525 section 6.3: the same, or with `*` for the first label.
  private static func matches(_ pattern: String, _ host: String) -> Bool {
    let host = host.lowercased()
    guard pattern.hasPrefix("*.") else { return pattern == host }
    return host.split(separator: ".").dropFirst().joined(separator: ".") == pattern.dropFirst(2)
  }

  private func shown(_ identity: ServerIdentity, _ running: StatusAnswer?) -> [Finding] {
    guard let running, running.fingerprint != identity.fingerprint else { return [] }
    return [
      finding(.warning, "the running server shows another one, \(running.fingerprint); restart it to use this one")
    ]
  }
}
