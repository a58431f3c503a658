import Addresses
import Testing

@Suite("Networks")
struct NetworkTests {
  @Test func masksInAllForms() throws {
    let network = try IPv4Network(parsing: "192.0.2.0/24")
    #expect(try IPv4Network(parsing: "192.0.2.0/255.255.255.0") == network)
    #expect(try IPv4Network(parsing: "192.0.2.0/0.0.0.255") == network)
    #expect(try IPv4Network(parsingMember: "192.0.2.99/24") == network)
    #expect(IPv4Network(containing: IPv4Address(192, 0, 2, 99), prefixLength: 24) == network)
    #expect(IPv4Network(networkAddress: IPv4Address(192, 0, 2, 99), prefixLength: 24) == nil)
    #expect(IPv4Network(containing: .any, prefixLength: 33) == nil)
    #expect(IPv4Network(containing: .any, prefixLength: -1) == nil)
    #expect(try IPv4Network(parsing: "192.0.2.1") == IPv4Network(IPv4Address(192, 0, 2, 1)))
    #expect(try IPv4Network(parsing: "0.0.0.0/0.0.0.0").prefixLength == 0)
  }

  @Test func wholeFamilies() throws {
    let ipv4 = try IPv4Network(parsing: "0.0.0.0/0")
    #expect(ipv4.contains(.broadcast) && ipv4.contains(.any))
    #expect(ipv4.count == 1 << 32)
    let ipv6 = try IPv6Network(parsing: "::/0")
    #expect(ipv6.contains(IPv6Address(.max)) && ipv6.contains(.any))
    #expect(ipv6.count == nil)
    #expect(ipv6.broadcastAddress == IPv6Address(.max))
    #expect(try IPv6Network(parsing: "8000::/1").count == 1 << 127)
  }

  @Test func addressesByOffset() throws {
    let network = try IPv4Network(parsing: "192.0.2.248/29")
    #expect(network[offset: 0] == network.networkAddress)
    #expect(network[offset: 7] == network.broadcastAddress)
    #expect(network[offset: 8] == nil)
    #expect(try IPv4Network(parsing: "255.255.255.255/32")[offset: .max] == nil)
  }

  @Test func sequencesEndAtTheLastNumber() throws {
    #expect(try Array(IPv4Network(parsing: "255.255.255.252/30").addresses).last == .broadcast)
    #expect(try Array(IPv6Network(parsing: "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127").hosts).count == 2)
    #expect(try Array(IPv4Network(parsing: "255.255.255.0/24").subnets(prefixLength: 25)).count == 2)
    #expect(try Array(IPv4Network(parsing: "0.0.0.0/0").subnets(prefixLength: 0)).count == 1)
    #expect(AddressRange(first: IPv4Address.broadcast, last: .any) == nil)
    // Lazily: all the /64 of a /32 are 2^32.
    #expect(try IPv6Network(parsing: "2001:db8::/32").subnets(prefixLength: 64).first { _ in true }?.prefixLength == 64)
  }

  @Test func rangesContainTheirEnds() throws {
    let range = try #require(AddressRange(first: IPv4Address(10, 0, 0, 1), last: IPv4Address(10, 0, 0, 3)))
    #expect(range.map(\.description) == ["10.0.0.1", "10.0.0.2", "10.0.0.3"])
    #expect(range.contains(range.first) && range.contains(range.last))
    #expect(!range.contains(IPv4Address(10, 0, 0, 0)) && !range.contains(IPv4Address(10, 0, 0, 4)))
  }

  @Test func familiesDoNotMix() throws {
    let network = try IPNetwork(parsing: "10.0.0.0/8")
    #expect(try network.contains(IPAddress(parsing: "10.1.2.3")))
    #expect(try !network.contains(IPAddress(parsing: "::ffff:10.1.2.3")))
    #expect(try network.contains(IPAddress(parsing: "::ffff:10.1.2.3").unmapped))
    #expect(try network < IPNetwork(parsing: "::/0"))
    #expect(IPAddress.ipv4(.broadcast) < .ipv6(.any) && !(IPAddress.ipv6(.any) < .ipv4(.broadcast)))
    #expect(IPAddress.ipv4(.any) < .ipv4(.loopback) && IPAddress.ipv6(.any) < .ipv6(.loopback))
  }

  @Test func networksOfEitherFamily() throws {
    let texts = ["::/0", "10.0.0.0/8", "fe80::/10", "0.0.0.0/0", "10.0.0.0/9"]
    let networks = try texts.map(IPNetwork.init(parsing:))
    #expect(networks.map(\.description) == texts)
    #expect(networks.map(\.prefixLength) == [0, 8, 10, 0, 9])
    #expect(networks.sorted().map(\.description) == ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/9", "::/0", "fe80::/10"])
    #expect(networks[2].contains(.ipv6(IPv6Address(0xFE80 << 112))))
    #expect(!networks[0].contains(.ipv4(.any)))
  }

  /// Where Python is of another opinion; see ``CIDRBlock/isPrivate``.
  @Test func privateNetworksHaveNoPublicAddress() throws {
    #expect(try !IPv4Network(parsing: "192.0.0.0/24").isPrivate)
    #expect(try IPv4Network(parsing: "192.0.0.0/29").isPrivate)
    #expect(try !IPv6Network(parsing: "2001::/23").isPrivate)
    #expect(try !IPv6Network(parsing: "::ffff:8.8.8.0/120").isPrivate)
    #expect(try IPv6Network(parsing: "::ffff:127.0.0.0/104").isLoopback)
  }

  @Test func interfacesSortByNetwork() throws {
    let texts = ["10.0.1.1/24", "10.0.0.9/24", "10.0.0.200/25", "10.0.0.1/24"]
    let sorted = try texts.map(InterfaceAddress<IPv4Address>.init(parsing:)).sorted()
    #expect(sorted.map(\.description) == ["10.0.0.1/24", "10.0.0.9/24", "10.0.0.200/25", "10.0.1.1/24"])
    #expect(InterfaceAddress(IPv4Address.any, prefixLength: 33) == nil)
    #expect(InterfaceAddress(IPv4Address(10, 0, 0, 9), prefixLength: 24)?.description == "10.0.0.9/24")
  }
}
