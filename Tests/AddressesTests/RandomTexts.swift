import Addresses
import Glibc

/// A small generator whose runs can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  let seed: UInt64
  private var state: UInt64

  /// A new seed each run, or that of the environment's `ADDRESSES_SEED`, to repeat a failure.
  init() {
    let given = getenv("ADDRESSES_SEED").flatMap { UInt64(String(cString: $0)) }
    seed = given ?? UInt64.random(in: .min ... .max)
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Texts of addresses in all the ways that people write them, and what becomes of them by accident.
struct RandomTexts {
  var generator = SeededGenerator()
  var seed: UInt64 { generator.seed }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &generator) == 0 }

  mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements.randomElement(using: &generator)!
  }

  /// An octet, mostly one that means something.
  private mutating func octet() -> UInt32 {
    chance(2)
      ? pick([0, 1, 9, 10, 64, 100, 127, 128, 169, 172, 192, 198, 203, 224, 240, 254, 255])
      : UInt32.random(in: 0...255, using: &generator)
  }

  mutating func ipv4Value() -> UInt32 {
    let special: [UInt32] = [0xC000_0009, 0xC000_000A, 0xA9FE_0000, 0xC0A8_0000, 0xC633_6400, 0xCB00_7100, 0x6440_0000]
    if chance(8) { return pick(special) &+ UInt32.random(in: 0...3, using: &generator) }
    return octet() << 24 | octet() << 16 | octet() << 8 | octet()
  }

  mutating func ipv4() -> String {
    let value = ipv4Value()
    return (0..<4).map { "\(value >> (24 - 8 * $0) & 255)" }.joined(separator: ".")
  }

  private mutating func groups() -> [UInt16] {
    let beginnings: [[UInt16]] = [
      [0x2001, 0xDB8], [0x2001], [0x2001, 1, 0, 0, 0, 0, 0], [0x2001, 3], [0x2001, 4, 0x112], [0x2001, 0x20], [0x2002],
      [0x2001, 0x30], [0xFE80], [0xFEC0], [0xFC00], [0xFF02], [0x64, 0xFF9B], [0x64, 0xFF9B, 1], [0x100],
      [0x100, 0, 0, 1], [0x3FFF], [0x5F00], [0, 0, 0, 0, 0, 0xFFFF], [0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0],
      [0x4000],
    ]
    var groups = chance(3) ? [] : pick(beginnings)
    while groups.count < 8 { groups.append(pick([0, 0, 0, 1, UInt16.random(in: .min ... .max, using: &generator)])) }
    return groups
  }

  mutating func ipv6Value() -> UInt128 { groups().reduce(0) { $0 << 16 | UInt128($1) } }

  /// Any of the forms that RFC 4291 allows.
  mutating func ipv6() -> String {
    let groups = groups()
    let isDotted = chance(4)
    var parts = groups.prefix(isDotted ? 6 : 8).map { group in
      var digits = String(group, radix: 16, uppercase: chance(2))
      while digits.utf8.count < 4, chance(6) { digits = "0" + digits }
      return digits
    }
    if isDotted { parts.append("\(groups[6] >> 8).\(groups[6] & 255).\(groups[7] >> 8).\(groups[7] & 255)") }
    let zeros = parts.indices.filter { Int(parts[$0], radix: 16) == 0 }
    guard let first = zeros.randomElement(using: &generator), !chance(4) else {
      return parts.joined(separator: ":")
    }
    var end = first + 1
    while end < parts.count, Int(parts[end], radix: 16) == 0, !chance(10) { end += 1 }
    return parts[..<first].joined(separator: ":") + "::" + parts[end...].joined(separator: ":")
  }

  mutating func ipv6WithZone() -> String {
    let zones = [
      "eth0", "1", "25", "lo", "br-0a1b2c3d4e5f", "a", "0", "ü", "exactly16bytes!!", "a b", "", "%", "wlp0s20f3.1",
    ]
    return ipv6() + (chance(5) ? "%" + pick(zones) : "")
  }

  /// A prefix length, a netmask, or something close to one.
  private mutating func mask(bits: Int) -> String {
    let length = number(0...bits)
    let mask = length == 0 ? 0 : UInt32.max << UInt32(truncatingIfNeeded: 32 - min(length, 32))
    let dotted = { (mask: UInt32) in (0..<4).map { "\(mask >> (24 - 8 * $0) & 255)" }.joined(separator: ".") }
    return switch number(0...9) {
    case 0: dotted(mask)
    case 1: dotted(~mask)
    case 2: dotted(mask ^ 1 << UInt32(number(0...31)))
    case 3: pick(["0", "00", "024", "32", "33", "128", "129", "+8", " 8", "8 ", "", "٣", "999999999999999999999"])
    default: "\(length)"
    }
  }

  mutating func ipv4Network() -> String { "\(ipv4())/\(mask(bits: 32))" }

  mutating func ipv6Network() -> String { "\(ipv6WithZone())/\(mask(bits: 128))" }

  /// A network whose address is its first.
  mutating func block<Address: IPAddressProtocol>(_ value: Address.Value, bits: ClosedRange<Int>) -> CIDRBlock<Address>
  {
    CIDRBlock(containing: Address(value), prefixLength: number(bits))!
  }

  /// One to three small accidents.
  mutating func damaged(_ text: String) -> String {
    var characters = Array(text)
    let alphabet = Array("0123456789abcdefABCDEFxXgG.:/%[]-+_ \t\n\0") + ["٣", "１", "é", "\r"]
    for _ in 0..<number(1...3) {
      let index = number(0...characters.count)
      switch number(0...4) {
      case 0: characters.insert(pick(alphabet), at: index)
      case 1: if index < characters.count { characters.remove(at: index) }
      case 2: if index < characters.count { characters[index] = pick(alphabet) }
      case 3: if index < characters.count { characters.insert(characters[index], at: index) }
      default: if index < characters.count { characters.swapAt(index, number(0...characters.count - 1)) }
      }
    }
    return String(characters)
  }

  /// Half of them good, half of them damaged.
  mutating func many(_ count: Int, _ make: (inout RandomTexts) -> String) -> [String] {
    (0..<count).map { index in
      let text = make(&self)
      // No line ends: a question is a line.
      return index.isMultiple(of: 2) ? text : damaged(text)
    }
  }
}
