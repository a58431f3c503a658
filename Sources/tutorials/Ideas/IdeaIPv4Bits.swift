import Addresses

/// An IPv4 address as 32 bits, and the networks and masks that are cut out of them.
enum IdeaIPv4Bits: Script {
  static let about = About("idea_ipv4_bits", "an IPv4 address as 32 bits, networks and masks")

  static func script(_ settings: Settings) throws {
    for text in ["100.4.5.6", "255.255.255.255", "256.1.1.1", "1.2.3"] {
      do {
        let address = try IPv4Address(parsing: text)
        print("\(address) = \(bits(address)) = \(address.value)")
      } catch {
        print("\(text): \(error)")
      }
    }
    let interface = try InterfaceAddress<IPv4Address>(parsing: "192.168.1.37/26")
    let network = interface.network
    print("\(interface) is in \(network)")
    print("  mask      \(network.netmask) = \(bits(network.netmask))")
    print("  network   \(network.networkAddress) = \(bits(network.networkAddress))")
    print("  broadcast \(network.broadcastAddress) = \(bits(network.broadcastAddress))")
    print("  hosts     \(network.hosts.first) to \(network.hosts.last)")
    for text in ["192.168.1.1", "192.168.1.64"] {
      print("  \(text) is \(network.contains(try IPv4Address(parsing: text)) ? "" : "not ")in it")
    }
    print("  halves    \(network.subnets(prefixLength: 27).map { "\($0)" }.joined(separator: ", "))")
  }

  private static func bits(_ address: IPv4Address) -> String {
    (0..<4).map { index in
      let octet = String(address.value >> UInt32(24 - 8 * index) & 0xFF, radix: 2)
      return String(repeating: "0", count: 8 - octet.count) + octet
    }.joined(separator: ".")
  }
}
