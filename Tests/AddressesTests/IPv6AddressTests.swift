import Addresses
import Testing

@Suite("IPv6 addresses")
struct IPv6AddressTests {
  @Test func numberOctetsAndTextAreOneAddress() throws {
    let address = try IPv6Address(parsing: "2001:DB8::1")
    #expect(address == IPv6Address(0x2001_0DB8 << 96 | 1))
    var octets = [UInt8](repeating: 0, count: 16)
    octets.replaceSubrange(0..<4, with: [0x20, 0x01, 0x0D, 0xB8])
    octets[15] = 1
    #expect(address == IPv6Address(octets: octets.span))
    for index in 0..<16 { #expect(address.octets[index] == octets[index]) }
    #expect(IPv6Address(octets: octets.span.extracting(first: 15)) == nil)
  }

  /// RFC 5952 §4 and §5, one after the other.
  @Test(arguments: [
    ("2001:0db8:0000:0000:0000:0000:0002:0001", "2001:db8::2:1"),
    ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
    ("2001:db8:0:0:0:1:0:0", "2001:db8::1:0:0"),
    ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
    ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
    ("2001:DB8::ABCD", "2001:db8::abcd"),
    ("0:0:0:0:0:0:0:0", "::"),
    ("0:0:0:0:0:0:0:1", "::1"),
    ("1:0:0:0:0:0:0:0", "1::"),
    ("::FFFF:192.0.2.1", "::ffff:192.0.2.1"),
    ("::ffff:c000:201", "::ffff:192.0.2.1"),
    ("::192.0.2.1", "::c000:201"),
    ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
    ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
    ("fe80::1%eth0", "fe80::1%eth0"),
  ])
  func canonicalText(_ text: String, _ canonical: String) throws {
    #expect(try IPv6Address(parsing: text).description == canonical)
  }

  @Test func embeddedAddresses() throws {
    let mapped = IPv6Address(mapping: IPv4Address(192, 0, 2, 1))
    #expect(mapped.ipv4Mapped == IPv4Address(192, 0, 2, 1))
    #expect(IPAddress.ipv6(mapped).unmapped == .ipv4(IPv4Address(192, 0, 2, 1)))
    #expect(IPAddress.ipv6(.loopback).unmapped == .ipv6(.loopback))
    #expect(IPv6Address.loopback.ipv4Mapped == nil)
    let card = try MACAddress(parsing: "00:00:5e:00:53:01")
    #expect(IPv6Address(linkLocal: card, zone: IPv6Zone("eth0")).description == "fe80::200:5eff:fe00:5301%eth0")
  }

  @Test func mappedAddressesAreJudgedAsWhatTheyAre() throws {
    #expect(try IPv6Address(parsing: "::ffff:127.0.0.1").isLoopback)
    #expect(try IPv6Address(parsing: "::ffff:10.0.0.1").isPrivate)
    #expect(try IPv6Address(parsing: "::ffff:8.8.8.8").isGlobal)
    #expect(try !IPv6Network(parsing: "::ffff:8.8.8.0/120").isPrivate)
    #expect(try IPv6Network(parsing: "::ffff:10.0.0.0/104").isPrivate)
  }

  @Test func explodedHasAllDigits() throws {
    #expect(try IPv6Address(parsing: "::1%lo").exploded == "0000:0000:0000:0000:0000:0000:0000:0001%lo")
  }

  @Test func noMoreMemoryThanTheBits() {
    #expect(MemoryLayout<IPv4Address>.size == 4)
    #expect(MemoryLayout<IPv6Address>.size == 32)
    #expect(MemoryLayout<MACAddress>.size == 8)
  }
}

@Suite("IPv6 zones")
struct IPv6ZoneTests {
  @Test func namesAndNumbers() throws {
    #expect(IPv6Zone("eth0")?.description == "eth0")
    #expect(IPv6Zone("eth0")?.index == nil)
    #expect(IPv6Zone(index: 4_294_967_295)?.description == "4294967295")
    #expect(IPv6Zone(index: 10)?.index == 10)
    #expect(IPv6Zone(index: 10) == IPv6Zone("10"))
    #expect(IPv6Zone(index: 0) == nil)
    #expect(IPv6Zone("4294967296")?.index == nil)
    #expect(IPv6Zone("999999999999999")?.index == nil)
  }

  @Test(arguments: [
    "", "sixteen-bytes-16", "a b", "a/b", "a%b", "a:b", "[a", "a]", "é", "a\0", "\u{7F}", "0", "00", "000000000000000",
  ])
  func noInterfaceIsCalled(_ name: String) {
    #expect(IPv6Zone(name) == nil)
    #expect(IPv6Address("fe80::1%" + name) == nil)
  }

  /// The text of a URI is not an address's: its `%25` is undone before, or is a part of the name.
  @Test func percentSignsAreNotDecoded() throws {
    #expect(try IPv6Address(parsing: "fe80::1%25eth0").zone == IPv6Zone("25eth0"))
    #expect(try IPv6Address(parsing: "fe80::1%25").zone == IPv6Zone(index: 25))
    #expect(try HostPort(parsing: "[fe80::1%25eth0]:80").description == "[fe80::1%25eth0]:80")
  }

  @Test func aZoneOfZerosSaysWhatIsWrong() {
    let error = #expect(throws: AddressError.self) { try IPv6Address(parsing: "fe80::1%0") }
    #expect(error?.code == .invalidZone)
    #expect(error?.offset == 8)
  }

  @Test func zonesMakeAddressesDifferent() throws {
    let address = try IPv6Address(parsing: "fe80::1%eth0")
    #expect(address.zone == IPv6Zone("eth0"))
    #expect(address != address.withZone(IPv6Zone("eth1")))
    #expect(address.withZone(nil) < address)
    #expect(address < address.withZone(IPv6Zone("eth1")))
    #expect(address.withZone(nil) == IPv6Address("fe80::1"))
    #expect(address.isLinkLocal)
    #expect(try IPv6Network(parsing: "fe80::/10").contains(address))
  }
}
