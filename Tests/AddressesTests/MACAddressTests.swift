import Addresses
import Testing

@Suite("MAC addresses")
struct MACAddressTests {
  @Test(arguments: ["00:00:5e:00:53:af", "00-00-5E-00-53-AF", "0000.5e00.53AF", "00005e0053AF"])
  func theUsualFormsAreOneAddress(_ text: String) throws {
    let address = try MACAddress(parsing: text)
    #expect(address.value == 0x5E00_53AF)
    #expect(address.description == "00:00:5e:00:53:af")
  }

  @Test(arguments: [
    "", "00:00:5e:00:53", "00:00:5e:00:53:", "00:00:5e:00:53:af:", "00:00:5e:00:53:af:00", "0:0:5e:0:53:af",
    "00:00-5e:00:53:af", "0000.5e00.53a", "0000.5e00:53af", "00005e0053a", "00005e0053aff", "00:00:5g:00:53:af",
    " 00:00:5e:00:53:af", "00::5e:00:53:af",
  ])
  func othersAreErrors(_ text: String) {
    #expect(MACAddress(text) == nil)
  }

  @Test func octetsAndBits() throws {
    let octets: [UInt8] = [0x02, 0, 0x5E, 0, 0x53, 1]
    let parsed = MACAddress(octets: octets.span)
    let address = try #require(parsed)
    for index in 0..<6 { #expect(address.octets[index] == octets[index]) }
    #expect(MACAddress(octets: octets.span.extracting(first: 5)) == nil)
    #expect(address.isLocallyAdministered && !address.isMulticast && !address.isBroadcast)
    #expect(MACAddress.broadcast.isMulticast && MACAddress.broadcast.isBroadcast)
    #expect(MACAddress(1 << 48) == nil)
    #expect(address < .broadcast)
  }
}
