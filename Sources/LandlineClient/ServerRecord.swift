import FoundationEssentials
public import LandlineProtocol

/// A server that this user has joined (or is about to): where it is, how to know it, and who we are there.
public struct ServerRecord: Hashable, Sendable {
  /// This user's own name for it.
  public var name: String
  public var host: String
  public var port: Int
  public var trust: Invite.Trust
  /// The account's name on the server.
  public var account: String
  /// The device's private key.
  public var key: DeviceKey
  /// SHA-256 of the invite's token while the answer to `join` is awaited; nil once joined.
  public var pendingInvite: Digest256?

  public init(
    name: String, host: String, port: Int, trust: Invite.Trust, account: String, key: DeviceKey,
    pendingInvite: Digest256? = nil
  ) {
    self.name = name
    self.host = host
    self.port = port
    self.trust = trust
    self.account = account
    self.key = key
    self.pendingInvite = pendingInvite
  }

  public var endpoint: Endpoint { .line(host: host, port: port, trust: trust) }
  public var credentials: Credentials { .device(key) }
  /// `HOST:PORT`.
  public var address: String { HostPort(host: host, port: port).description }
}

/// How a record looks in its file.
struct StoredServer: Codable {
  var address: String
  var trust: String
  var account: String
  var device: String
  var privateKey: String
  var pendingInvite: Digest256?

  init(_ record: ServerRecord) {
    address = record.address
    trust =
      switch record.trust {
      case .fingerprint(let digest): digest.description
      case .certificateAuthorities: "ca"
      }
    account = record.account
    device = record.key.deviceID
    privateKey = Base64.encode(record.key.secretBytes)
    pendingInvite = record.pendingInvite
  }

  /// nil when a member has no possible value.
  func record(named name: String) -> ServerRecord? {
    guard let endpoint = HostPort(address, defaultPort: LineProtocol.port),
      let bytes = Base64.decode(privateKey), let key = DeviceKey(secretBytes: bytes)
    else { return nil }
    let known: Invite.Trust
    if trust == "ca" {
      known = .certificateAuthorities
    } else if let digest = Digest256(hex: trust) {
      known = .fingerprint(digest)
    } else {
      return nil
    }
    return ServerRecord(
      name: name, host: endpoint.host, port: endpoint.port, trust: known, account: account,
      key: key, pendingInvite: pendingInvite)
  }
}
