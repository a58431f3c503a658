internal import CSockets
internal import Glibc

/// An address that the resolver found, and the socket that it is for. (Python: a tuple of `getaddrinfo()`.)
public struct ResolvedAddress: Hashable, Sendable {
  /// For `Socket(_:_:protocol:)`.
  public let family: AddressFamily
  /// For `Socket(_:_:protocol:)`.
  public let type: SocketType
  /// For `Socket(_:_:protocol:)`.
  public let transportProtocol: TransportProtocol
  /// Where to connect or to bind.
  public let address: SocketAddress
  /// The host's official name: on the first result, if it was asked for.
  public let canonicalName: String?

  init(_ info: addrinfo) {
    family = AddressFamily(rawValue: info.ai_family)
    type = SocketType(rawValue: info.ai_socktype)
    transportProtocol = TransportProtocol(rawValue: info.ai_protocol)
    address = NativeAddress.parse(UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen)))
    canonicalName = info.ai_canonname.map { String(cString: $0) }
  }
}
