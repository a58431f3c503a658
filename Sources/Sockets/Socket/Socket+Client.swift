public import Addresses

extension Socket {
  /// Connects a stream to a host, by whichever of its addresses answers. (Python: `create_connection()`.)
  ///
  /// They are tried one after the other, in the resolver's order.
  ///
  /// - Parameters:
  ///   - host: A name or an address.
  ///   - port: The port.
  ///   - timeout: For each address, as in Python, so that one that does not answer takes no other's time; then for
  ///     each call on the socket, see ``setTimeout(_:)``. nil waits for ever. How long looking the name up may
  ///     take the resolver's own settings say.
  ///   - source: The local address; nil: the kernel chooses.
  /// - Throws: ``SocketError/Code/resolution``; when no address would connect the last one's error, with
  ///   all of them in ``SocketError/attempts``.
  public init(
    connectingTo host: String, port: Port, timeout: Duration? = nil, from source: SocketAddress? = nil
  ) throws(SocketError) {
    let candidates = try Resolver.addresses(of: host, port: port)
    self = try Self.connected(to: candidates.map(\.address), timeout, source, "\(host), port \(port)")
  }

  /// Connects a stream to a host and a port; see ``init(connectingTo:port:timeout:from:)``.
  public init(
    connectingTo endpoint: HostPort, timeout: Duration? = nil, from source: SocketAddress? = nil
  ) throws(SocketError) {
    try self.init(connectingTo: "\(endpoint.host)", port: endpoint.port, timeout: timeout, from: source)
  }

  /// Connects a stream to an address of any family.
  ///
  /// - Parameters:
  ///   - address: Where to.
  ///   - timeout: For connecting, and then for each call on the socket; nil waits for ever.
  ///   - source: The local address; nil: the kernel chooses.
  public init(
    connectingTo address: SocketAddress, timeout: Duration? = nil, from source: SocketAddress? = nil
  ) throws(SocketError) {
    self = try Self.connected(to: address, timeout, source, until: Deadline(after: timeout?.nanoseconds ?? -1))
  }

  private static func connected(
    to candidates: [SocketAddress], _ timeout: Duration?, _ source: SocketAddress?, _ name: String
  ) throws(SocketError) -> Socket {
    var attempts: [SocketError] = []
    for candidate in candidates {
      // Each has all of it: one that does not answer must not take the others' time.
      let deadline = Deadline(after: timeout?.nanoseconds ?? -1)
      do throws(SocketError) {
        return try connected(to: candidate, timeout, source, until: deadline)
      } catch {
        attempts.append(error)
      }
    }
    guard let last = attempts.last else {
      throw SocketError(.noAddress, call: "getaddrinfo", errno: nil, name)
    }
    throw SocketError(
      last: last, attempts: attempts,
      "none of the addresses of \(name) answered (\(attempts.map { "\($0.brief)" }.joined(separator: "; ")))")
  }

  private static func connected(
    to address: SocketAddress, _ timeout: Duration?, _ source: SocketAddress?, until deadline: Deadline
  ) throws(SocketError) -> Socket {
    let socket = try Socket(address.family)
    try socket.setTimeout(timeout)
    if let source { try socket.bind(to: source) }
    try socket.connect(to: address, until: deadline)
    return socket
  }
}
