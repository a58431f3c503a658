import Addresses
import Testing

@Suite("IPv4 addresses")
struct IPv4AddressTests {
  @Test func numberOctetsAndTextAreOneAddress() throws {
    let address = IPv4Address(192, 0, 2, 1)
    #expect(address.value == 0xC000_0201)
    #expect(address == IPv4Address(0xC000_0201))
    #expect(try address == IPv4Address(parsing: "192.0.2.1"))
    #expect(address == IPv4Address(octets: [192, 0, 2, 1].span))
    #expect(address.octets.span.count == 4 && address.octets[0] == 192 && address.octets[3] == 1)
    #expect(address.description == "192.0.2.1")
  }

  @Test func octetsOfAnotherNumberAreNoAddress() {
    #expect(IPv4Address(octets: [192, 0, 2].span) == nil)
    #expect(IPv4Address(octets: [192, 0, 2, 1, 0].span) == nil)
  }

  @Test func wellKnownOnes() {
    #expect(IPv4Address.any.description == "0.0.0.0")
    #expect(IPv4Address.loopback.description == "127.0.0.1")
    #expect(IPv4Address.broadcast.description == "255.255.255.255")
  }

  @Test func orderIsThatOfTheNumbers() {
    #expect(IPv4Address(9, 255, 255, 255) < IPv4Address(10, 0, 0, 0))
    #expect(!(IPv4Address.any < .any))
  }

  @Test func aPartOfALargerTextIsRead() throws {
    let line = "from 192.0.2.1 port 4"
    let word = line.split(separator: " ")[1]
    #expect(try IPv4Address(parsing: word) == IPv4Address(192, 0, 2, 1))
  }

  @Test(arguments: [
    "127.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n",
  ])
  func formsThatOnlySomeReadersTakeAreErrors(_ text: String) {
    #expect(IPv4Address(text) == nil)
  }
}
