public import Addresses
internal import CSockets
internal import Glibc
internal import SystemPackage

/// The C library's resolver: names to addresses and back, by `/etc/hosts`, DNS, or what
/// `/etc/nsswitch.conf` says.
///
/// Its calls wait for name servers, as long as `/etc/resolv.conf` says and no timeout of a socket's.
public enum Resolver {
  /// The addresses of a host. (Python: `getaddrinfo()`.)
  ///
  /// - Parameters:
  ///   - host: A name, in ASCII (RFC 5890 for others), or an address; nil for this machine: the loopback
  ///     addresses, or with ``Flags/passive`` those to listen on.
  ///   - service: A port's number, or a name from `/etc/services`; nil leaves the port 0.
  ///   - family: Only addresses of this one.
  ///   - type: Only for this type of socket; nil: one result for each.
  ///   - transportProtocol: Only for this protocol.
  ///   - flags: How.
  /// - Returns: At least one, in the order in which to try them (RFC 6724).
  /// - Throws: ``SocketError/Code/resolution``, with ``SocketError/resolution`` for the reason.
  public static func addresses(
    of host: String?, service: String? = nil, family: AddressFamily = .unspecified, type: SocketType? = nil,
    protocol transportProtocol: TransportProtocol = .automatic, flags: Flags = []
  ) throws(SocketError) -> [ResolvedAddress] {
    var hints = addrinfo()
    hints.ai_family = family.rawValue
    hints.ai_socktype = type?.rawValue ?? 0
    hints.ai_protocol = transportProtocol.rawValue
    hints.ai_flags = flags.rawValue
    let subject = [host, service].compactMap { $0 }.joined(separator: ", port ")
    // The C library would read a name with a zero byte up to there, and answer for another name.
    guard subject.utf8.allSatisfy({ $0 != 0 }) else {
      throw SocketError(.unknownName, call: "getaddrinfo", errno: nil, "a name with a zero byte")
    }
    var results: UnsafeMutablePointer<addrinfo>?
    let failure = getaddrinfo(host, service, &hints, &results)
    guard failure == 0 else {
      throw SocketError(
        ResolutionFailure(rawValue: failure), call: "getaddrinfo",
        errno: failure == EAI_SYSTEM ? SystemCalls.lastError : nil, subject)
    }
    defer { freeaddrinfo(results) }
    var addresses: [ResolvedAddress] = []
    var next = results
    while let result = next {
      addresses.append(ResolvedAddress(result.pointee))
      next = result.pointee.ai_next
    }
    return addresses
  }

  /// The addresses of a host for a port; see ``addresses(of:service:family:type:protocol:flags:)``.
  public static func addresses(
    of host: String?, port: Port, family: AddressFamily = .unspecified, type: SocketType? = .stream,
    flags: Flags = []
  ) throws(SocketError) -> [ResolvedAddress] {
    try addresses(
      of: host, service: "\(port)", family: family, type: type, flags: flags.union(.numericService))
  }

  /// The names of an address: of its host, and of the service at its port. (Python: `getnameinfo()`,
  /// `gethostbyaddr()`.)
  ///
  /// - Parameters:
  ///   - address: An IP address.
  ///   - flags: How; without ``NameFlags/nameRequired`` what has no name is written in numbers.
  /// - Throws: ``SocketError/Code/resolution``.
  public static func names(
    of address: SocketAddress, flags: NameFlags = []
  ) throws(SocketError) -> (host: String, service: String) {
    let native = try NativeAddress(address)
    var host = [CChar](repeating: 0, count: 1025)
    var service = [CChar](repeating: 0, count: 32)
    let failure = native.withPointer {
      getnameinfo($0, $1, &host, socklen_t(host.count), &service, socklen_t(service.count), flags.rawValue)
    }
    guard failure == 0 else {
      throw SocketError(
        ResolutionFailure(rawValue: failure), call: "getnameinfo",
        errno: failure == EAI_SYSTEM ? SystemCalls.lastError : nil, "\(address)")
    }
    return (String(nullTerminated: host), String(nullTerminated: service))
  }

  /// The whole name of a host, with its domain, as far as the resolver knows one; else the name as
  /// it is. (Python: `getfqdn()`.)
  ///
  /// - Parameter host: A name; nil or empty for this machine.
  public static func fullyQualifiedName(of host: String? = nil) -> String {
    let name = host.flatMap { $0.isEmpty ? nil : $0 } ?? hostName
    let results = try? addresses(of: name, type: .datagram, flags: .canonicalName)
    guard let canonical = results?.first?.canonicalName, canonical.utf8.contains(UInt8(ascii: ".")) else { return name }
    return canonical
  }

  /// This machine's name. (Python: `gethostname()`.)
  public static var hostName: String {
    var name = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
    // It cannot fail: no name is longer than HOST_NAME_MAX (man 2 gethostname).
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(nullTerminated: name)
  }

  /// Names this machine; needs the capability `CAP_SYS_ADMIN`. (Python: `sethostname()`.)
  public static func setHostName(_ name: String) throws(SocketError) {
    guard sethostname(name, name.utf8.count) == 0 else { throw SocketError("sethostname", SystemCalls.lastError) }
  }
}

extension String {
  /// Text that C wrote, up to its zero.
  init(nullTerminated text: [CChar]) {
    self.init(decoding: text.prefix { $0 != 0 }.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
