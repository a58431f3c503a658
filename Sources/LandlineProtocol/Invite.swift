/// `landline://HOST:PORT/#FINGERPRINT.TOKEN`: where a server is, how to know it, and a way in.
///
/// Without `.TOKEN` it is only an address that can be trusted.
public struct Invite: Hashable, Sendable, CustomStringConvertible {
  /// How the client knows that it talks to the right server.
  public enum Trust: Hashable, Sendable {
    /// The leaf certificate has this SHA-256.
    case fingerprint(Digest256)
    /// A certificate authority vouches for the name.
    case certificateAuthorities
  }

  /// A name, an IPv4 address, or an IPv6 address without brackets.
  public var host: String
  public var port: Int
  public var trust: Trust
  public var token: String?

  public init(host: String, port: Int, trust: Trust, token: String?) {
    self.host = host
    self.port = port
    self.trust = trust
    self.token = token
  }

  /// - Throws: `LineError` (`bad-request`) that says what is wrong with it; it never contains the token.
  public init(_ text: String) throws(LineError) {
    let scheme = "landline://"
    guard text.hasPrefix(scheme) else { throw Self.malformed("it must begin with \(scheme)") }
    let rest = text.dropFirst(scheme.count)
    guard let hash = rest.firstIndex(of: "#") else {
      throw Self.malformed("there is no '#'; a shell may have cut it off, so put it in quotes")
    }
    var authority = rest[..<hash]
    if authority.last == "/" { authority = authority.dropLast() }
    guard let endpoint = HostPort(String(authority), defaultPort: LineProtocol.port) else {
      throw Self.malformed("'\(printable(String(authority)))' is not HOST:PORT")
    }
    let fragment = rest[rest.index(after: hash)...].split(
      separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    guard let known = fragment.first else { throw Self.malformed("there is no fingerprint") }
    if known == "ca" {
      trust = .certificateAuthorities
    } else if let digest = Digest256(hex: String(known)) {
      trust = .fingerprint(digest)
    } else {
      throw Self.malformed("the fingerprint must be 64 lower-case hexadecimal digits, or 'ca'")
    }
    host = endpoint.host
    port = endpoint.port
    token = fragment.count == 2 ? String(fragment[1]) : nil
    if let token, token.isEmpty || token.utf8.count > 100 {
      throw Self.malformed("its token is not 43 characters long")
    }
  }

  private static func malformed(_ why: String) -> LineError {
    LineError(.badRequest, why)
  }

  public var description: String {
    let known =
      switch trust {
      case .fingerprint(let digest): digest.description
      case .certificateAuthorities: "ca"
      }
    return "landline://\(HostPort(host: host, port: port))/#\(known)" + (token.map { ".\($0)" } ?? "")
  }
}
