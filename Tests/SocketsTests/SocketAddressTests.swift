import Addresses
import CSockets
import Glibc
import Sockets
import Testing

@Suite("Socket addresses")
struct SocketAddressTests {
  @Test("an address comes back from the kernel as it went there")
  func roundTrip() throws {
    for place in Place.allCases {
      let wanted = place.address()
      let socket = try Socket(wanted.family)
      try socket.bind(to: wanted)
      let bound = try socket.localAddress
      switch (wanted, bound) {
      case (.ipv4(let host, _), .ipv4(let boundHost, let port)): #expect(host == boundHost && port != 0)
      case (.ipv6(let host, _, _, _), .ipv6(let boundHost, let port, 0, 0)): #expect(host == boundHost && port != 0)
      default: #expect(wanted == bound)
      }
      if case .unix(let path) = wanted { unlink(path.text) }
    }
  }

  @Test("IPv6 keeps flow information and scope")
  func ipv6Fields() throws {
    let loopback = try #require(NetworkInterface(named: "lo"))
    let socket = try Socket(.ipv6, .datagram)
    try socket.bind(to: .ipv6(.loopback, port: 0))
    let port = try #require(try socket.localAddress.port)
    let sender = try Socket(.ipv6, .datagram)
    try sender.connect(to: .ipv6(.loopback, port: port, flowInfo: 0, scope: loopback.index))
    #expect(try sender.peerAddress.port == port)
    #expect(SocketAddress.ipv6(.loopback, port: port, flowInfo: 5, scope: 2).python == "('::1', \(port), 5, 2)")
  }

  @Test("the zone of an IPv6 address is its scope, by name or by number")
  func zone() throws {
    let link = try IPv6Address(parsing: "fe80::1234%lo")
    let loopback = try #require(NetworkInterface(named: "lo"))
    // Connecting datagrams asks nobody: the kernel writes down where they would go, scope included.
    for address in [link, try IPv6Address(parsing: "fe80::1234%\(loopback.index)")] {
      let socket = try Socket(.ipv6, .datagram)
      do {
        try socket.connect(to: .ipv6(address, port: 9))
        #expect(try socket.peerAddress == .ipv6(link.withZone(nil), port: 9, scope: loopback.index))
      } catch {
        // Where the interface has no link-local route the kernel says so, but it knew the scope.
        #expect(error.isUnreachable || error.isAddressNotAvailable, "\(error)")
      }
    }
    let socket = try Socket(.ipv6, .datagram)
    let error = try failure { try socket.connect(to: .ipv6(link.withZone(IPv6Zone("nothere0")), port: 9)) }
    #expect(error.code == .invalidAddress && "\(error)".contains("nothere0"))
  }

  @Test("a Unix path has 1 to 107 bytes without a zero")
  func unixPaths() throws {
    let longest = Array("/tmp/".utf8) + [UInt8](repeating: 0x78, count: 102)
    let socket = try Socket(.unix)
    unlink(longest.text)
    try socket.bind(to: .unix(longest))
    #expect(try socket.localAddress == .unix(longest))
    unlink(longest.text)
    for path in [longest + [0x78], [], Array("a\0b".utf8)] {
      let other = try Socket(.unix)
      let error = try failure { try other.bind(to: .unix(path)) }
      #expect(error.code == .invalidAddress)
      #expect("\(error)".contains("\(path.count)"))
    }
  }

  @Test("a Unix path may be of bytes that are no text")
  func unixBytes() throws {
    let path = Array(temporaryPath().utf8) + [0xFF, 0xFE]
    let socket = try Socket(.unix)
    try socket.bind(to: .unix(path))
    #expect(try socket.localAddress == .unix(path))
    #expect("\(SocketAddress.unix(path))".hasSuffix("\\xff\\xfe"))
    #expect(
      (path + [0]).withUnsafeBufferPointer { $0.withMemoryRebound(to: CChar.self) { unlink($0.baseAddress!) } } == 0)
  }

  @Test("an abstract name has up to 107 bytes of any value; an empty path lets the kernel choose one")
  func abstractNames() throws {
    let name = [UInt8]("landline \(Serial.next())".utf8) + [0, 0xFF] + [UInt8](repeating: 1, count: 107)
    let socket = try Socket(.unix)
    try socket.bind(to: .abstractUnix(Array(name.prefix(107))))
    #expect(try socket.localAddress == .abstractUnix(Array(name.prefix(107))))
    let other = try Socket(.unix)
    #expect(try failure { try other.bind(to: .abstractUnix(Array(name.prefix(108)))) }.code == .invalidAddress)
    try other.bind(to: .unnamed)
    guard case .abstractUnix(let chosen) = try other.localAddress else {
      Issue.record("no abstract name: \(try other.localAddress)")
      return
    }
    #expect(chosen.count == 5)
  }

  @Test("addresses print as people write them")
  func descriptions() throws {
    #expect("\(SocketAddress.ipv4(.loopback, port: 80))" == "127.0.0.1:80")
    #expect("\(SocketAddress.ipv6(.loopback, port: 80))" == "[::1]:80")
    #expect("\(SocketAddress.ipv6(try IPv6Address(parsing: "fe80::1"), port: 1, scope: 3))" == "[fe80::1%3]:1")
    #expect("\(SocketAddress.unix(path: "/run/é.sock"))" == "/run/é.sock")
    #expect("\(SocketAddress.abstractUnix(Array("a\n".utf8)))" == "@a\\x0a")
    #expect("\(SocketAddress.unnamed)" == "(unnamed)")
    #expect("\(SocketAddress.other(AddressFamily(rawValue: 17), [1, 2]))" == "address family 17, 2 bytes")
  }

  @Test("an address has its family, its port, and its IP address")
  func parts() throws {
    let four = SocketAddress(.ipv4(.loopback), port: 80)
    #expect(four == .ipv4(.loopback, port: 80) && four.family == .ipv4 && four.port == 80)
    #expect(four.ipAddress == .ipv4(.loopback))
    let six = SocketAddress(.ipv6(.loopback), port: 80)
    #expect(six == .ipv6(.loopback, port: 80) && six.family == .ipv6 && six.port == 80)
    #expect(SocketAddress.unix(path: "/x").family == .unix && SocketAddress.unix(path: "/x").port == nil)
  }

  @Test("an address of another family travels as bytes")
  func otherFamilies() throws {
    // Netlink (man 7 netlink): 2 bytes of padding, the port number, the groups.
    let netlink = AddressFamily(rawValue: 16)
    let socket = try Socket(netlink, .raw)
    try socket.bind(to: .other(netlink, [UInt8](repeating: 0, count: 10)))
    guard case .other(netlink, let bytes) = try socket.localAddress else {
      Issue.record("not netlink: \(try socket.localAddress)")
      return
    }
    #expect(bytes.count == 10 && bytes.contains { $0 != 0 })
    let large = SocketAddress.other(netlink, [UInt8](repeating: 0, count: 127))
    #expect(try failure { try socket.bind(to: large) }.code == .invalidAddress)
  }
}
