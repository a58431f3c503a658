import Addresses
import Glibc
import Testing

/// glibc's `inet_pton` and `inet_ntop`, in the same process: they take and give what we do.
enum SystemOracle {
  /// The bytes of an address as `inet_pton` reads it; nil if it does not, or there is a zero byte.
  static func bytes(_ text: Span<UInt8>, _ family: Int32) -> [UInt8]? {
    var string: [CChar] = []
    for index in text.indices {
      guard text[index] != 0 else { return nil }
      string.append(CChar(bitPattern: text[index]))
    }
    var address = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
    return inet_pton(family, string + [0], &address) == 1 ? address : nil
  }

  static func text(_ octets: Span<UInt8>, _ family: Int32) -> String {
    var bytes: [UInt8] = []
    for index in octets.indices { bytes.append(octets[index]) }
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
    return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }
}

@Suite("Addresses as glibc reads them")
struct SystemOracleTests {
  @Test func ipv4() {
    var random = RandomTexts()
    for text in random.many(40_000, { $0.ipv4() }) {
      let theirs = SystemOracle.bytes(text.utf8.span, AF_INET)
      let ours = IPv4Address(text)
      if ours != theirs.flatMap({ IPv4Address(octets: $0.span) })
        || ours.map({ $0.description != SystemOracle.text($0.octets.span, AF_INET) }) ?? false
      {
        Issue.record("\(text.debugDescription): \(ours as Any), ADDRESSES_SEED=\(random.seed)")
      }
    }
  }

  @Test func ipv6() {
    var random = RandomTexts()
    for text in random.many(40_000, { $0.ipv6() }) where !text.utf8.contains(UInt8(ascii: "%")) {
      let theirs = SystemOracle.bytes(text.utf8.span, AF_INET6)
      let ours = IPv6Address(text)
      if ours != theirs.flatMap({ IPv6Address(octets: $0.span) }) {
        Issue.record("\(text.debugDescription): \(ours as Any), ADDRESSES_SEED=\(random.seed)")
      }
      // glibc also prints the "compatible" addresses with dots, which RFC 4291 has given up.
      guard let ours, ours.value >> 32 != 0 else { continue }
      if ours.description != SystemOracle.text(ours.octets.span, AF_INET6) {
        Issue.record("\(ours), ADDRESSES_SEED=\(random.seed)")
      }
    }
  }

  /// The interface's number that `getaddrinfo` makes of a zone; nil if it takes the text for no address.
  private func scope(_ text: String) -> UInt32? {
    var hints = addrinfo()
    hints.ai_family = AF_INET6
    hints.ai_flags = AI_NUMERICHOST
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(text, nil, &hints, &list) == 0, let first = list else { return nil }
    defer { freeaddrinfo(list) }
    return first.pointee.ai_addr.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { $0.pointee.sin6_scope_id }
  }

  /// A zone is the same interface to `getaddrinfo`: by name, by number, and not by the `%25` of a URI.
  @Test(arguments: ["lo", "1", "2", "25", "25lo", "007", "nothere0", "4294967295", "4294967296", "25eth0"])
  func zones(_ text: String) throws {
    let zone = try #require(IPv6Address("fe80::1%" + text)?.zone)
    let found = if_nametoindex(zone.description)
    #expect(scope("fe80::1%" + text) == (found != 0 ? found : zone.index))
  }

  /// The one difference: what `getaddrinfo` takes as no zone is an error.
  @Test func zoneZero() {
    #expect(scope("fe80::1%0") == 0)
    #expect(IPv6Address("fe80::1%0") == nil)
  }
}
