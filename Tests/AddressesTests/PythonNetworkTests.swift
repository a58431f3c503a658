import Addresses
import Testing

/// Networks: CPython's `ipaddress` and this library accept, print and calculate alike.
@Suite("Networks as CPython reads them")
struct PythonNetworkTests {
  private func parts<Address>(_ network: CIDRBlock<Address>) -> [String] {
    let flags = [
      network.isPrivate, network.isLoopback, network.isLinkLocal, network.isMulticast, network.isUnspecified,
    ]
    var hosts = ""
    if let count = network.count, count <= 256 {
      let all = Array(network.hosts)
      hosts = "\(all[0]) \(all[all.count - 1]) \(all.count)"
    }
    return [
      "\(network)", "\(network.netmask)", "\(network.hostmask)", "\(network.broadcastAddress)",
      // 2^128 has no number here.
      network.count.map { "\($0)" } ?? "340282366920938463463374607431768211456",
    ] + flags.map { $0 ? "1" : "0" } + [hosts]
  }

  private func memberAnswer<Address>(_ text: String, _: CIDRBlock<Address>.Type) -> String {
    (try? CIDRBlock<Address>(parsingMember: text)).map { parts($0).joined(separator: "\t") } ?? "-"
  }

  @Test func strictNetworks() throws {
    var random = RandomTexts()
    // Random bits are hardly ever the first of a block.
    let ipv4 = random.many(10_000) { random in
      random.number(0...2) == 0
        ? random.ipv4Network() : "\(random.block(random.ipv4Value(), bits: 0...32) as IPv4Network)"
    }
    try PythonOracle.compare("n4", ipv4.map { [$0] }, seed: random.seed) { answer($0[0], IPv4Network.self, parts) }
    let ipv6 = random.many(10_000) { random in
      random.number(0...2) == 0
        ? random.ipv6Network() : "\(random.block(random.ipv6Value(), bits: 0...128) as IPv6Network)"
    }
    try PythonOracle.compare("n6", ipv6.map { [$0] }, seed: random.seed) { answer($0[0], IPv6Network.self, parts) }
  }

  @Test func networksOfAnyMember() throws {
    var random = RandomTexts()
    let ipv4 = random.many(10_000) { $0.ipv4Network() }
    try PythonOracle.compare("m4", ipv4.map { [$0] }, seed: random.seed) { memberAnswer($0[0], IPv4Network.self) }
    let ipv6 = random.many(10_000) { $0.ipv6Network() }
    try PythonOracle.compare("m6", ipv6.map { [$0] }, seed: random.seed) { memberAnswer($0[0], IPv6Network.self) }
  }

  @Test func interfaces() throws {
    var random = RandomTexts()
    let ipv4 = random.many(5_000) { $0.ipv4Network() }
    try PythonOracle.compare("i4", ipv4.map { [$0] }, seed: random.seed) { texts in
      answer(texts[0], InterfaceAddress<IPv4Address>.self) { ["\($0)", "\($0.network)"] }
    }
    let ipv6 = random.many(5_000) { $0.ipv6Network() }
    try PythonOracle.compare("i6", ipv6.map { [$0] }, seed: random.seed) { texts in
      answer(texts[0], InterfaceAddress<IPv6Address>.self) { ["\($0)", "\($0.network)"] }
    }
  }

  /// Two networks of which one is often inside of the other.
  private func pairs<Address>(
    _ count: Int, _ random: inout RandomTexts, _ value: (inout RandomTexts) -> Address.Value
  ) -> [(CIDRBlock<Address>, CIDRBlock<Address>)] {
    (0..<count).map { _ in
      let bits = Address.Value.bitWidth
      let left: CIDRBlock<Address> = random.block(value(&random), bits: 0...bits)
      let other =
        random.number(0...1) == 0 ? value(&random) : left.networkAddress.value | value(&random) & left.hostmask.value
      return (left, random.block(other, bits: 0...bits))
    }
  }

  private func pairAnswer<Address>(_ left: CIDRBlock<Address>, _ right: CIDRBlock<Address>) -> String {
    let flags = [left.contains(right), left.overlaps(right), left.contains(right.networkAddress), left < right]
    let blocks = [left.subtracting(right), CIDRBlock.collapsing([left, right])]
    return (flags.map { $0 ? "1" : "0" } + blocks.map { $0.map { "\($0)" }.joined(separator: " ") })
      .joined(separator: "\t")
  }

  @Test func containsOverlapsSubtracts() throws {
    var random = RandomTexts()
    let ipv4: [(IPv4Network, IPv4Network)] = pairs(5_000, &random) { $0.ipv4Value() }
    try PythonOracle.compare("pair", ipv4.map { ["\($0)", "\($1)"] }, seed: random.seed) {
      pairAnswer(IPv4Network($0[0])!, IPv4Network($0[1])!)
    }
    let ipv6: [(IPv6Network, IPv6Network)] = pairs(2_000, &random) { $0.ipv6Value() }
    try PythonOracle.compare("pair", ipv6.map { ["\($0)", "\($1)"] }, seed: random.seed) {
      pairAnswer(IPv6Network($0[0])!, IPv6Network($0[1])!)
    }
  }

  @Test func rangesAsBlocks() throws {
    var random = RandomTexts()
    func texts<Address: IPAddressProtocol>(_ values: [(Address.Value, Address.Value)], _: Address.Type) -> [[String]] {
      let ends: [(Address.Value, Address.Value)] = [
        (0, .max), (0, 0), (.max, .max), (1, .max), (0, .max - 1), (1, .max - 1),
      ]
      return (ends + values).map { [min($0, $1), max($0, $1)].map { "\(Address($0))" } }
    }
    let ipv4 = (0..<1_000).map { _ in (random.ipv4Value(), random.ipv4Value()) }
    try PythonOracle.compare("span", texts(ipv4, IPv4Address.self), seed: random.seed) { texts in
      let range = AddressRange(first: IPv4Address(texts[0])!, last: IPv4Address(texts[1])!)!
      return range.blocks.map { "\($0)" }.joined(separator: " ")
    }
    let ipv6 = (0..<300).map { _ in (random.ipv6Value(), random.ipv6Value()) }
    try PythonOracle.compare("span", texts(ipv6, IPv6Address.self), seed: random.seed) { texts in
      let range = AddressRange(first: IPv6Address(texts[0])!, last: IPv6Address(texts[1])!)!
      return range.blocks.map { "\($0)" }.joined(separator: " ")
    }
  }

  @Test func collapsing() throws {
    var random = RandomTexts()
    // Close together, so that they touch; at either end of the numbers.
    let lists = (0..<1_000).map { index in
      (0..<random.number(1...12)).map { _ in
        let value = UInt32(random.number(0...255)) | (index.isMultiple(of: 2) ? 0xFFFF_FF00 : 0)
        return random.block(value, bits: 24...32) as IPv4Network
      }
    }
    try PythonOracle.compare("collapse", lists.map { $0.map { "\($0)" } }, seed: random.seed) { texts in
      CIDRBlock.collapsing(texts.map { IPv4Network($0)! }).map { "\($0)" }.joined(separator: " ")
    }
  }

  @Test func subnetsAndSupernets() throws {
    var random = RandomTexts()
    let texts = (0..<1_000).map { _ in
      let block: IPv4Network = random.block(random.ipv4Value(), bits: 0...32)
      let longer = random.number(block.prefixLength...min(32, block.prefixLength + 5))
      return ["\(block)", "\(longer)", "\(random.number(0...block.prefixLength))"]
    }
    try PythonOracle.compare("resize", texts, seed: random.seed) { texts in
      let block = IPv4Network(texts[0])!
      let subnets = block.subnets(prefixLength: Int(texts[1])!).map { "\($0)" }
      return "\(subnets.joined(separator: " "))\t\(block.supernet(prefixLength: Int(texts[2])!))"
    }
  }
}
