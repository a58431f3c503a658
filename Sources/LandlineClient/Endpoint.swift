public import LandlineProtocol

/// Where a server is and how to know it.
public enum Endpoint: Hashable, Sendable {
  /// Over TLS. The host is a name, an IPv4 address, or an IPv6 address without brackets.
  case line(host: String, port: Int, trust: Invite.Trust)
  /// On this machine, by the control socket in the server's data folder.
  case control(dataFolder: String)

  /// What an invite, or the same text without its token, says.
  public init(_ invite: Invite) {
    self = .line(host: invite.host, port: invite.port, trust: invite.trust)
  }

  /// For messages.
  var place: String {
    switch self {
    case .line(let host, let port, _): HostPort(host: host, port: port).description
    case .control(let folder): "the server on \(printable(folder))"
    }
  }
}

/// What proves to the server who asks.
public enum Credentials: Hashable, Sendable {
  case device(DeviceKey)
  /// An access token, `lat_…`.
  case token(String)
  /// The secret beside the control socket; only for ``Endpoint/control(dataFolder:)``.
  case controlSecret
}
