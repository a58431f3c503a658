internal import Addresses
internal import Sockets

extension SocketAddress {
  /// Where Python's servers listen for a pair of host and port.
  static func listening(host: String, port: Port, type: SocketType) throws(SocketError) -> SocketAddress {
    guard !host.isEmpty else { return .ipv4(.any, port: port) }
    return try Resolver.addresses(of: host, port: port, type: type, flags: .passive)[0].address
  }
}
