public import Addresses
internal import CSockets
internal import Glibc

extension Socket {
  /// Hears datagrams to a group from now on. (Python: `IP_ADD_MEMBERSHIP`, `IPV6_JOIN_GROUP`.)
  ///
  /// - Parameters:
  ///   - group: A multicast address of the socket's family.
  ///   - interface: The index of the interface to hear it on, see ``NetworkInterface``; 0: the kernel chooses.
  /// - Throws: `EINVAL` for what is no group, `ENODEV` where no interface reaches it,
  ///   ``SocketError/isAddressInUse`` when it is a member already.
  public func joinGroup(_ group: IPAddress, interface: UInt32 = 0) throws(SocketError) {
    switch group {
    case .ipv4(let address): try setMembership(IP_ADD_MEMBERSHIP, address, interface)
    case .ipv6(let address): try setMembership(IPV6_JOIN_GROUP, address, interface)
    }
  }

  /// Leaves a group. (Python: `IP_DROP_MEMBERSHIP`, `IPV6_LEAVE_GROUP`.)
  public func leaveGroup(_ group: IPAddress, interface: UInt32 = 0) throws(SocketError) {
    switch group {
    case .ipv4(let address): try setMembership(IP_DROP_MEMBERSHIP, address, interface)
    case .ipv6(let address): try setMembership(IPV6_LEAVE_GROUP, address, interface)
    }
  }

  /// Chooses the interface that datagrams to groups leave by. (Python: `IP_MULTICAST_IF`, `IPV6_MULTICAST_IF`.)
  ///
  /// - Parameter interface: Its index, see ``NetworkInterface``; 0: the kernel chooses.
  public func setMulticastInterface(_ interface: UInt32) throws(SocketError) {
    guard family == .ipv6 else {
      var request = ip_mreqn()
      request.imr_ifindex = CInt(bitPattern: interface)
      return try setOption(CInt(IPPROTO_IP), IP_MULTICAST_IF, structure: request)
    }
    try setOption(CInt(IPPROTO_IPV6), IPV6_MULTICAST_IF, structure: CInt(bitPattern: interface))
  }

  private func setMembership(_ name: CInt, _ group: IPv4Address, _ interface: UInt32) throws(SocketError) {
    var request = ip_mreqn()
    request.imr_multiaddr.s_addr = group.value.bigEndian
    request.imr_ifindex = CInt(bitPattern: interface)
    try setOption(CInt(IPPROTO_IP), name, structure: request)
  }

  private func setMembership(_ name: CInt, _ group: IPv6Address, _ interface: UInt32) throws(SocketError) {
    var request = ipv6_mreq()
    withUnsafeMutableBytes(of: &request.ipv6mr_multiaddr) { $0.storeBytes(of: group.value.bigEndian, as: UInt128.self) }
    request.ipv6mr_interface = interface
    try setOption(CInt(IPPROTO_IPV6), name, structure: request)
  }

  private func setOption<Structure>(_ level: CInt, _ name: CInt, structure: Structure) throws(SocketError) {
    try setOption(level: level, name: name, bytes: withUnsafeBytes(of: structure) { [UInt8]($0) })
  }
}
