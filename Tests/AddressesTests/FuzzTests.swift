import Addresses
import Glibc
import Testing

/// Bytes that are nearly addresses, or not at all: no trap, no wrong acceptance, no wrong offset.
///
/// `LANDLINE_FUZZ_SECONDS` says how long; without it, it is a fixed number of rounds.
@Suite("Fuzz")
struct FuzzTests {
  private func check<Value: AddressText>(_ text: Span<UInt8>, _: Value.Type) -> String? {
    do throws(AddressError) {
      let value = try Value(parsing: text)
      let canonical = value.description
      guard canonical.utf8.count <= Value.maximumTextLength else { return "\(canonical) is too long" }
      guard Value(canonical) == value else { return "\(canonical) does not read as itself" }
      guard Value(canonical)?.description == canonical else { return "\(canonical) prints otherwise" }
    } catch {
      guard (0...text.count).contains(error.offset) else { return "offset \(error.offset)" }
      guard !error.reason.isEmpty else { return "no reason" }
    }
    return nil
  }

  private func check(_ text: Span<UInt8>) -> String? {
    var complaint = check(text, IPv4Address.self) ?? check(text, IPv6Address.self) ?? check(text, IPAddress.self)
    complaint =
      complaint ?? check(text, IPv4Network.self) ?? check(text, IPv6Network.self) ?? check(text, IPNetwork.self)
    complaint = complaint ?? check(text, InterfaceAddress<IPv6Address>.self) ?? check(text, MACAddress.self)
    complaint = complaint ?? check(text, Port.self) ?? check(text, HostName.self) ?? check(text, Host.self)
    complaint = complaint ?? check(text, HostPort.self)
    if let complaint { return complaint }
    let ipv4 = try? IPv4Address(parsing: text)
    if ipv4 != SystemOracle.bytes(text, AF_INET).flatMap({ IPv4Address(octets: $0.span) }) { return "not as inet_pton" }
    guard (0..<text.count).allSatisfy({ text[$0] != UInt8(ascii: "%") }) else { return nil }
    let ipv6 = try? IPv6Address(parsing: text)
    if ipv6 != SystemOracle.bytes(text, AF_INET6).flatMap({ IPv6Address(octets: $0.span) }) {
      return "not as inet_pton"
    }
    return nil
  }

  private func damage(_ bytes: inout [UInt8], using random: inout RandomTexts) {
    let alphabet = Array("0123456789abcdefABCDEF.:/%[]-xg ".utf8)
    for _ in 0..<random.number(0...4) {
      let index = random.number(0...bytes.count)
      let byte =
        random.number(0...3) == 0 ? UInt8(random.number(0...255)) : alphabet[random.number(0...alphabet.count - 1)]
      switch random.number(0...4) {
      case 0: bytes.insert(byte, at: index)
      case 1: if index < bytes.count { bytes[index] = byte }
      case 2: bytes.removeSubrange(index..<min(bytes.count, index + random.number(1...5)))
      case 3: bytes.insert(contentsOf: bytes[index..<min(bytes.count, index + random.number(1...8))], at: index)
      default: bytes = Array(bytes[index...] + bytes[..<index])
      }
    }
  }

  private func seedText(_ random: inout RandomTexts) -> String {
    switch random.number(0...8) {
    case 0: random.ipv4()
    case 1: random.ipv6WithZone()
    case 2: random.ipv4Network()
    case 3: random.ipv6Network()
    case 4: "[\(random.ipv6())]:\(random.number(0...70_000))"
    case 5: "example-\(random.number(0...99)).org.:\(random.number(0...70_000))"
    case 6: "\(random.ipv4()):80"
    case 7: "00:00:5e:00:53:\(random.number(10...99))"
    default: ""
    }
  }

  @Test func nearlyAddresses() {
    var random = RandomTexts()
    let seconds = getenv("LANDLINE_FUZZ_SECONDS").flatMap { Int(String(cString: $0)) }
    let end = seconds.map { ContinuousClock.now + .seconds($0) }
    var rounds = 0
    while end.map({ rounds % 1_000 != 0 || ContinuousClock.now < $0 }) ?? (rounds < 30_000) {
      rounds += 1
      var bytes = Array(seedText(&random).utf8)
      damage(&bytes, using: &random)
      if let complaint = check(bytes.span) {
        Issue.record("\(bytes): \(complaint), ADDRESSES_SEED=\(random.seed), round \(rounds)")
        return
      }
    }
  }
}
