import Addresses
import Testing

/// Random good and bad texts: CPython's `ipaddress` and this library accept, value, print and judge alike.
@Suite("Addresses as CPython reads them")
struct PythonAddressTests {
  private func flags(_ address: some IPAddressProtocol) -> String {
    [
      address.isPrivate, address.isGlobal, address.isLoopback, address.isLinkLocal, address.isMulticast,
      address.isUnspecified, address.isReserved,
    ].map { $0 ? "1" : "0" }.joined()
  }

  private func ipv4Answer(_ text: String) -> String {
    answer(text, IPv4Address.self) { ["\($0.value)", "\($0)", flags($0), $0.reversePointer] }
  }

  private func ipv6Answer(_ text: String) -> String {
    answer(text, IPv6Address.self) { address in
      [
        "\(address.value)", "\(address)", flags(address), address.reversePointer, address.zone.map { "\($0)" } ?? "",
        address.withZone(nil).exploded, address.isSiteLocal ? "1" : "0", address.ipv4Mapped.map { "\($0)" } ?? "None",
        address.sixToFour.map { "\($0)" } ?? "None", address.teredo.map { "\($0.server) \($0.client)" } ?? "None",
      ]
    }
  }

  @Test func ipv4Addresses() throws {
    var random = RandomTexts()
    let texts = random.many(30_000) { $0.ipv4() }
    try PythonOracle.compare("4", texts.map { [$0] }, seed: random.seed) { ipv4Answer($0[0]) }
  }

  @Test func ipv6Addresses() throws {
    var random = RandomTexts()
    let texts = random.many(40_000) { $0.ipv6WithZone() }
    try PythonOracle.compare("6", texts.map { [$0] }, seed: random.seed) { ipv6Answer($0[0]) }
  }

  @Test func eitherFamily() throws {
    var random = RandomTexts()
    let texts = random.many(10_000) { $0.number(0...1) == 0 ? $0.ipv4() : $0.ipv6WithZone() }
    try PythonOracle.compare("a", texts.map { [$0] }, seed: random.seed) { texts in
      answer(texts[0], IPAddress.self) { address in
        let flags = [
          address.isPrivate, address.isGlobal, address.isLoopback, address.isLinkLocal, address.isMulticast,
          address.isUnspecified, address.isReserved,
        ]
        return ["\(address)", flags.map { $0 ? "1" : "0" }.joined(), address.reversePointer]
      }
    }
  }

  /// Each address at both edges of each special block, and beyond them.
  @Test func edgesOfSpecialBlocks() throws {
    func edges<Address: IPAddressProtocol>(_ blocks: [CIDRBlock<Address>]) -> [[String]] {
      blocks.flatMap { block in
        let (first, last) = (block.networkAddress.value, block.broadcastAddress.value)
        return [first, first &- 1, first &+ 1, last, last &- 1, last &+ 1].map { ["\(Address($0))"] }
      }
    }
    let ipv4 = IPv4Address.privateBlocks + IPv4Address.privateExceptions
    let ipv4More = try ["100.64.0.0/10", "224.0.0.0/4", "192.0.0.0/29", "192.0.0.170/31"].map(
      IPv4Network.init(parsing:))
    try PythonOracle.compare("4", edges(ipv4 + ipv4More)) { ipv4Answer($0[0]) }
    let ipv6 = IPv6Address.privateBlocks + IPv6Address.privateExceptions
    let ipv6More = try ["fec0::/10", "ff00::/8", "2000::/3", "2001::/32", "2001:2::/48", "64:ff9b::/96", "f800::/6"]
      .map(IPv6Network.init(parsing:))
    let mapped = (ipv4 + ipv4More).flatMap { block in
      [block.networkAddress, block.broadcastAddress].map { ["\(IPv6Address(mapping: $0))"] }
    }
    try PythonOracle.compare("6", edges(ipv6 + ipv6More) + mapped) { ipv6Answer($0[0]) }
  }
}
