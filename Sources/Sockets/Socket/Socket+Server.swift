internal import SystemPackage

extension Socket {
  /// Listens for streams. (Python: `create_server()`.)
  ///
  /// ```swift
  /// let listener = try Socket(listeningOn: .ipv6(.any, port: 8080), dualStack: true)
  /// while true {
  ///   let accepted = try listener.accept()
  ///   …
  /// }
  /// ```
  ///
  /// An address that connections of an earlier server still have is taken at once (`SO_REUSEADDR`).
  ///
  /// - Parameters:
  ///   - address: Where; port 0 for any free port, then ``localAddress`` tells which.
  ///   - backlog: How many connections may wait to be accepted.
  ///   - reusePort: Shares the port with other sockets that ask for it too.
  ///   - dualStack: An IPv6 socket on every address also takes IPv4 peers, whose addresses it shows as mapped
  ///     ones (`::ffff:192.0.2.1`). Otherwise an IPv6 socket takes IPv6 alone.
  /// - Throws: ``SocketError/isAddressInUse``, ``SocketError/isAddressNotAvailable``,
  ///   ``SocketError/isPermissionDenied``; ``SocketError/isNotSupported`` for `dualStack` where there is no IPv6.
  public init(
    listeningOn address: SocketAddress, backlog: Int = Socket.maximumBacklog, reusePort: Bool = false,
    dualStack: Bool = false
  ) throws(SocketError) {
    guard !dualStack || address.family == .ipv6 else {
      throw SocketError("bind", .addressFamilyNotSupported, address)
    }
    self = try Self.listening(on: address, backlog, reusePort, dualStack)
  }

  private static func listening(
    on address: SocketAddress, _ backlog: Int, _ reusePort: Bool, _ dualStack: Bool
  ) throws(SocketError) -> Socket {
    let socket = try Socket(address.family)
    if address.family != .unix { try socket.setOption(.reuseAddress, to: true) }
    if reusePort { try socket.setOption(.reusePort, to: true) }
    if address.family == .ipv6 { try socket.setOption(.v6Only, to: !dualStack) }
    try socket.bind(to: address)
    try socket.listen(backlog: backlog)
    return socket
  }

  /// Whether one IPv6 socket can take IPv4 peers as well on this machine. (Python: `has_dualstack_ipv6()`.)
  public static var isDualStackAvailable: Bool {
    guard let socket = try? Socket(.ipv6) else { return false }
    return (try? socket.setOption(.v6Only, to: false)) != nil
  }
}
