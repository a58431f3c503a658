import Addresses
import Testing

@Suite("What is wrong, and where")
struct AddressErrorTests {
  private func failure<Value: AddressText>(_ text: String, _: Value.Type) -> AddressError? {
    do throws(AddressError) {
      _ = try Value(parsing: text)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: [
    ("", AddressError.Code.empty, 0), ("1.2.3", .tooFewParts, 5), ("1.2.3.4.5", .tooManyParts, 7),
    ("1..2.3", .missingDigits, 2),
    ("1.2.3.", .missingDigits, 6), ("1.2.256.4", .outOfRange, 4), ("1.2.3.04", .leadingZero, 6),
    ("1.2.3.x", .unexpectedCharacter, 6),
    ("1.2.3.4 ", .unexpectedCharacter, 7), ("1.2.3.4/8", .unexpectedCharacter, 7), ("1,2.3.4", .unexpectedCharacter, 1),
    ("999999999999999999999999.1.1.1", .outOfRange, 0), ("1.2.3.00", .leadingZero, 6), (".1.2.3", .missingDigits, 0),
  ])
  func ipv4(_ text: String, _ code: AddressError.Code, _ offset: Int) {
    let error = failure(text, IPv4Address.self)
    #expect(error?.code == code)
    #expect(error?.offset == offset)
  }

  @Test(arguments: [
    ("", AddressError.Code.empty, 0), ("1", .tooFewParts, 1), ("1:2:3:4:5:6:7", .tooFewParts, 13),
    ("1:2:3:4:5:6:7:8:9", .tooManyParts, 16), ("1:2:3:4:5:6:7:8::", .tooManyParts, 17),
    ("1:2:3:4::5:6:7:8", .tooManyParts, 16), ("1::2::3", .repeatedCompression, 4), (":1::2", .missingDigits, 0),
    ("1::2:", .missingDigits, 5), (":::", .missingDigits, 2), ("1:::2", .missingDigits, 3),
    ("::12345", .tooManyDigits, 2),
    ("::g", .unexpectedCharacter, 2), ("::1.2.3.256", .outOfRange, 8), ("1:2:3:4:5:6:7:1.2.3.4", .tooManyParts, 14),
    ("::1.2.3.4:5", .unexpectedCharacter, 9), ("fe80::1%", .invalidZone, 8), ("fe80::1%a%b", .invalidZone, 9),
    ("fe80::1%sixteen-bytes-16", .invalidZone, 8), ("%eth0", .empty, 0), ("[::1]", .unexpectedCharacter, 0),
    ("::1 ", .unexpectedCharacter, 3), ("1.2.3.4", .tooFewParts, 7),
  ])
  func ipv6(_ text: String, _ code: AddressError.Code, _ offset: Int) {
    let error = failure(text, IPv6Address.self)
    #expect(error?.code == code)
    #expect(error?.offset == offset)
  }

  @Test(arguments: [
    ("10.0.0.0/33", AddressError.Code.outOfRange, 9), ("10.0.0.1/8", .hostBitsSet, 0), ("10.0.0.0/", .missingDigits, 9),
    ("10.0.0.0/8/8", .unexpectedCharacter, 10), ("10.0.0.0/255.0.255.0", .invalidMask, 9),
    ("10.0.0/8", .tooFewParts, 6),
    ("10.0.0.0/08", .leadingZero, 9), ("10.0.0.0/255.0.0", .tooFewParts, 16), ("", .empty, 0),
  ])
  func networks(_ text: String, _ code: AddressError.Code, _ offset: Int) {
    let error = failure(text, IPv4Network.self)
    #expect(error?.code == code)
    #expect(error?.offset == offset)
  }

  @Test func networksHaveNoZone() {
    let error = failure("fe80::%eth0/64", IPv6Network.self)
    #expect(error?.code == .invalidZone)
    #expect(error?.offset == 6)
  }

  @Test func eitherFamilyFailsAsTheOneThatWasMeant() {
    #expect(failure("10.0.0.256", IPAddress.self)?.subject == "IPv4 address")
    #expect(failure("fe80::x", IPAddress.self)?.subject == "IPv6 address")
    #expect(failure("fe80::/129", IPNetwork.self)?.subject == "IPv6 network")
    #expect(failure("", IPAddress.self)?.subject == "IP address")
  }

  @Test func theMessageSaysWhatAndWhere() {
    let text = "10.0.300.1"
    let error = failure(text, IPv4Address.self)
    #expect(error?.description == "IPv4 address: a number over 255 at offset 5")
    #expect(error?.explanation(of: text) == "\"10.0.300.1\" is no IPv4 address: a number over 255 at offset 5")
  }

  @Test func anExplanationIsSafeToPrint() {
    let error = AddressErrorTests.firstFailure
    #expect(
      error.explanation(of: "a\u{1B}[2J\n\"é\u{202E}\u{85}") == #""a\u{1B}[2J\n\"é\u{202E}\u{0085}" is no port: "#
        + error.reason)
    let long = error.explanation(of: String(repeating: "x", count: 1_000))
    #expect(long == "\"\(String(repeating: "x", count: 80))…\" is no port: \(error.reason)")
  }

  private static var firstFailure: AddressError {
    do throws(AddressError) {
      _ = try Port(parsing: "x")
      preconditionFailure("x is a port")
    } catch {
      return error
    }
  }

  /// Each code has a name of its own and a sentence that is not empty.
  @Test func codesHaveNames() {
    let codes: [AddressError.Code] = [
      .empty, .unexpectedCharacter, .tooFewParts, .tooManyParts, .missingDigits, .tooManyDigits, .leadingZero,
      .outOfRange,
      .repeatedCompression, .invalidZone, .invalidMask, .hostBitsSet, .missingBracket, .missingPort, .invalidLabel,
      .numericLabel, .tooLong,
    ]
    #expect(Set(codes.map(\.description)).count == codes.count)
  }
}
