internal import Addresses
internal import CSockets
internal import Glibc

/// A socket address as the kernel writes it (`struct sockaddr_storage`) and its length.
struct NativeAddress {
  var storage = sockaddr_storage()
  var length: socklen_t

  /// Room for the kernel to write any address into.
  init() { length = Self.capacity }

  static var capacity: socklen_t { socklen_t(MemoryLayout<sockaddr_storage>.size) }

  /// Where the bytes of a Unix socket's name begin.
  private static let nameOffset = MemoryLayout<sa_family_t>.size
  private static let nameLimit = MemoryLayout<sockaddr_un>.size - nameOffset

  init(_ address: SocketAddress) throws(SocketError) {
    length = 0
    switch address {
    case .ipv4(let host, let port): set(host, port: port)
    case .ipv6(let host, let port, let flowInfo, let scope):
      set(host, port: port, flowInfo: flowInfo, scope: try Self.scope(of: host, scope, address))
    case .unix(let path):
      guard !path.isEmpty, path.count < Self.nameLimit, !path.contains(0) else {
        throw SocketError(
          .invalidAddress,
          "a Unix socket's path has 1 to \(Self.nameLimit - 1) bytes, none of them zero; "
            + "this one has \(path.count). Use a shorter path, or change the working directory and use a relative one",
          address)
      }
      // The terminator counts: without it a path of full length has none (man 7 unix, BUGS).
      set(family: AF_UNIX, bytes: path, prefix: 0, suffix: 1)
    case .abstractUnix(let name):
      guard name.count < Self.nameLimit else {
        throw SocketError(
          .invalidAddress, "an abstract name has at most \(Self.nameLimit - 1) bytes; this one has \(name.count)",
          address)
      }
      set(family: AF_UNIX, bytes: name, prefix: 1, suffix: 0)
    case .unnamed: set(family: AF_UNIX, bytes: [], prefix: 0, suffix: 0)
    case .other(let family, let bytes):
      guard bytes.count <= MemoryLayout<sockaddr_storage>.size - Self.nameOffset,
        family.rawValue >= 0, family.rawValue <= CInt(sa_family_t.max)
      else {
        throw SocketError(.invalidAddress, "no socket address of the kernel's has \(bytes.count) bytes", address)
      }
      set(family: family.rawValue, bytes: bytes, prefix: 0, suffix: 0)
    }
  }

  private mutating func set(_ host: IPv4Address, port: Port) {
    var value = sockaddr_in()
    value.sin_family = sa_family_t(AF_INET)
    value.sin_port = port.rawValue.bigEndian
    value.sin_addr.s_addr = host.value.bigEndian
    set(bytesOf: &value)
  }

  private mutating func set(_ host: IPv6Address, port: Port, flowInfo: UInt32, scope: UInt32) {
    var value = sockaddr_in6()
    value.sin6_family = sa_family_t(AF_INET6)
    value.sin6_port = port.rawValue.bigEndian
    value.sin6_flowinfo = flowInfo.bigEndian
    value.sin6_scope_id = scope
    withUnsafeMutableBytes(of: &value.sin6_addr) { $0.storeBytes(of: host.value.bigEndian, as: UInt128.self) }
    set(bytesOf: &value)
  }

  private mutating func set<Value>(bytesOf value: inout Value) {
    withUnsafeBytes(of: &value) { bytes in
      withUnsafeMutableBytes(of: &storage) { $0.copyMemory(from: bytes) }
      length = socklen_t(bytes.count)
    }
  }

  /// The index of the interface that an address is meant on: the scope, or else the address's zone.
  private static func scope(
    of host: IPv6Address, _ scope: UInt32, _ address: SocketAddress
  ) throws(SocketError) -> UInt32 {
    guard scope == 0, let zone = host.zone else { return scope }
    if let index = zone.index { return index }
    let index = if_nametoindex(zone.description)
    guard index != 0 else {
      throw SocketError(.invalidAddress, "this machine has no interface \(zone); see `ip link`", address)
    }
    return index
  }

  private mutating func set(family: CInt, bytes: [UInt8], prefix: Int, suffix: Int) {
    storage.ss_family = sa_family_t(family)
    withUnsafeMutableBytes(of: &storage) { room in
      UnsafeMutableRawBufferPointer(rebasing: room[(Self.nameOffset + prefix)...]).copyBytes(from: bytes)
    }
    length = socklen_t(Self.nameOffset + prefix + bytes.count + suffix)
  }

  /// Reads what the kernel wrote.
  ///
  /// The kernel says how long an address is even when it did not fit; no address is longer than a
  /// `sockaddr_storage`, but the length is bounded all the same.
  var address: SocketAddress {
    withUnsafeBytes(of: storage) { Self.parse(UnsafeRawBufferPointer(rebasing: $0.prefix(Int(length)))) }
  }

  static func parse(_ bytes: UnsafeRawBufferPointer) -> SocketAddress {
    guard bytes.count >= nameOffset else { return .unnamed }
    let family = CInt(bytes.loadUnaligned(as: sa_family_t.self))
    if family == AF_INET, bytes.count >= MemoryLayout<sockaddr_in>.size {
      var value = sockaddr_in()
      withUnsafeMutableBytes(of: &value) { room in room.copyBytes(from: bytes.prefix(room.count)) }
      return .ipv4(IPv4Address(UInt32(bigEndian: value.sin_addr.s_addr)), port: Port(UInt16(bigEndian: value.sin_port)))
    }
    if family == AF_INET6, bytes.count >= MemoryLayout<sockaddr_in6>.size {
      var value = sockaddr_in6()
      withUnsafeMutableBytes(of: &value) { room in room.copyBytes(from: bytes.prefix(room.count)) }
      let host = withUnsafeBytes(of: value.sin6_addr) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) }
      return .ipv6(
        IPv6Address(host), port: Port(UInt16(bigEndian: value.sin6_port)),
        flowInfo: UInt32(bigEndian: value.sin6_flowinfo), scope: value.sin6_scope_id)
    }
    let rest = bytes[nameOffset...]
    guard family == AF_UNIX else { return .other(AddressFamily(rawValue: family), Array(rest)) }
    guard let first = rest.first else { return .unnamed }
    return first == 0 ? .abstractUnix(Array(rest.dropFirst())) : .unix(Array(rest.prefix { $0 != 0 }))
  }

  /// Calls with the address as the kernel wants it.
  func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { storage in
      storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  /// Calls with room for the kernel to write an address into.
  mutating func withMutablePointer<Result>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
  ) -> Result {
    withUnsafeMutablePointer(to: &storage) { storage in
      withUnsafeMutablePointer(to: &length) { length in
        storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
      }
    }
  }
}
