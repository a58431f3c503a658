import NIOSSL

/// Whether a certificate is for a host's name (RFC 9525 section 6.3): only its DNS names count, and a `*` stands
/// for one whole label, the first.
///
/// NIOSSL alone also takes a certificate for the address that the name leads to. Then whoever can answer for the
/// name server, and has a certificate for an address of his own, could be anybody.
enum CertificateName {
  static func covers(_ host: String, _ certificate: NIOSSLCertificate) -> Bool {
    certificate._subjectAlternativeNames().contains { name in
      name.nameType == .dnsName && matches(pattern: Array(name.contents), host: Array(host.utf8))
    }
  }

  static func matches(pattern: [UInt8], host: [UInt8]) -> Bool {
    var host = host.map { lowercased($0) }[...]
    if host.last == UInt8(ascii: ".") { host = host.dropLast() }
    let pattern = pattern.map { lowercased($0) }
    guard !host.isEmpty, pattern.starts(with: "*.".utf8) else { return host.elementsEqual(pattern) }
    guard let dot = host.firstIndex(of: UInt8(ascii: ".")), dot > host.startIndex else { return false }
    // A `*` for all of a top level domain is nobody's.
    return pattern.dropFirst(2).contains(UInt8(ascii: "."))
      && host[dot...].elementsEqual(pattern.dropFirst())
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
