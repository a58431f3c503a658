import Addresses
import FoundationEssentials
import Testing

@Suite("Addresses in JSON")
struct CodingTests {
  private struct Configuration: Codable, Equatable {
    var listen: HostPort
    var allow: [IPNetwork]
    var card: MACAddress
  }

  @Test func valuesAreTheirText() throws {
    let json = #"{"listen":"[::1]:80","allow":["10.0.0.0/8","fe80::/10"],"card":"00:00:5e:00:53:01"}"#
    let configuration = try JSONDecoder().decode(Configuration.self, from: Data(json.utf8))
    #expect(configuration.allow.map(\.description) == ["10.0.0.0/8", "fe80::/10"])
    let again = try JSONDecoder().decode(Configuration.self, from: JSONEncoder().encode(configuration))
    #expect(again == configuration)
  }

  @Test func aBadTextSaysWhatIsWrong() throws {
    let error = #expect(throws: DecodingError.self) {
      try JSONDecoder().decode([IPv4Address].self, from: Data(#"["10.0.0.256"]"#.utf8))
    }
    guard case .dataCorrupted(let context) = error else {
      Issue.record("not dataCorrupted: \(error as Any)")
      return
    }
    #expect(context.debugDescription == "\"10.0.0.256\" is no IPv4 address: a number over 255 at offset 7")
  }
}
