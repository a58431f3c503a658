//! Decides by a list of networks who may come in.

import Addresses

// snippet.rule
/// A line of the list: `allow 10.0.0.0/8`, `deny 2001:db8::/32`.
struct Rule {
  let isAllowed: Bool
  let network: IPNetwork

  init(_ line: Substring) throws(AddressError) {
    let words = line.split(separator: " ")
    isAllowed = words.first == "allow"
    network = try IPNetwork(parsing: words.last ?? "")
  }
}
// snippet.end

// snippet.list
/// Rules, of which the narrowest that fits decides; without one, nobody comes in.
struct AccessList {
  private var rules: [Rule]

  init(_ text: String) throws(AddressError) {
    rules = []
    for line in text.split(separator: "\n") { rules.append(try Rule(line)) }
    rules.sort { $0.network.prefixLength > $1.network.prefixLength }
  }

  func allows(_ peer: IPAddress) -> Bool {
    // A socket for both families has IPv4 peers as ::ffff:10.1.2.3.
    let peer = peer.unmapped
    return rules.first { $0.network.contains(peer) }?.isAllowed ?? false
  }
}
// snippet.end

// snippet.use
let list = try AccessList(
  """
  allow 10.0.0.0/8
  deny 10.9.0.0/16
  allow fd00::/8
  allow fe80::/10
  """)

for text in ["10.1.2.3", "10.9.8.7", "::ffff:10.1.2.3", "fe80::1%eth0", "192.0.2.1"] {
  let peer = try IPAddress(parsing: text)
  print(peer, list.allows(peer) ? "comes in" : "stays outside")
}
// snippet.end

// snippet.mistake
let line = "10.0.300.0/24"
do {
  _ = try IPNetwork(parsing: line)
} catch {
  print(error.explanation(of: line))
  // "10.0.300.0/24" is no IPv4 address: a number over 255 at offset 5
}
// snippet.end
