import Addresses
import Testing

@Suite("Hosts and ports")
struct HostPortTests {
  @Test(arguments: [
    ("192.0.2.1:80", "192.0.2.1:80"), ("[2001:DB8::1]:80", "[2001:db8::1]:80"),
    ("[fe80::1%eth0]:0", "[fe80::1%eth0]:0"),
    ("Example.ORG:65535", "example.org:65535"), ("example.org.:443", "example.org.:443"), ("a_b-c.d:1", "a_b-c.d:1"),
    ("xn--bcher-kva.example:1", "xn--bcher-kva.example:1"), ("3com.example:1", "3com.example:1"),
    ("[::ffff:192.0.2.1]:80", "[::ffff:192.0.2.1]:80"), ("1.2.3.4a:1", "1.2.3.4a:1"),
  ])
  func goodOnes(_ text: String, _ canonical: String) throws {
    let pair = try HostPort(parsing: text)
    #expect(pair.description == canonical)
    #expect(try HostPort(parsing: canonical) == pair)
  }

  @Test(arguments: [
    ("", AddressError.Code.empty, 0), ("example.org", .missingPort, 11), ("[::1]", .missingPort, 5),
    ("::1:80", .missingBracket, 0), ("[::1:80", .missingBracket, 7), ("example.org:", .empty, 12),
    (":80", .empty, 0), ("[]:80", .empty, 1), ("[::1]80", .unexpectedCharacter, 5), ("a:b", .unexpectedCharacter, 2),
    ("a:65536", .outOfRange, 2), ("a:080", .leadingZero, 2), ("a:+1", .unexpectedCharacter, 2),
    ("a:1 ", .unexpectedCharacter, 3), ("[192.0.2.1]:80", .tooFewParts, 10),
    ("[::g]:1", .unexpectedCharacter, 3),
    ("1.2.3.400:80", .outOfRange, 6), ("127.1:80", .tooFewParts, 5), ("0x7f.1:80", .numericLabel, 5),
    ("a.0x7f:80", .numericLabel, 2), ("a..b:1", .invalidLabel, 2), (".a:1", .invalidLabel, 0),
    ("a-.b:1", .invalidLabel, 1),
    ("-a:1", .invalidLabel, 0), ("bücher.example:1", .unexpectedCharacter, 1), ("a b:1", .unexpectedCharacter, 1),
    (".:1", .missingDigits, 0), ("a@b:1", .unexpectedCharacter, 1), ("a/b:1", .unexpectedCharacter, 1),
  ])
  func badOnes(_ text: String, _ code: AddressError.Code, _ offset: Int) {
    let error = #expect(throws: AddressError.self) { try HostPort(parsing: text) }
    #expect(error?.code == code)
    #expect(error?.offset == offset)
  }

  @Test func theDefaultPortIsForTextsWithoutOne() throws {
    #expect(try HostPort(parsing: "example.org", defaultPort: 80).port == 80)
    #expect(try HostPort(parsing: "[::1]", defaultPort: 80) == HostPort(.ipv6(.loopback), 80))
    #expect(try HostPort(parsing: "example.org:81", defaultPort: 80).port == 81)
    #expect(throws: AddressError.self) { try HostPort(parsing: "example.org:", defaultPort: 80) }
    // It could be the address ::1:80, or port 80 of ::1.
    #expect(throws: AddressError.self) { try HostPort(parsing: "::1:80", defaultPort: 80) }
  }

  @Test func lengthsOfNames() throws {
    let label = String(repeating: "a", count: 63)
    #expect(try HostName(parsing: label).description == label)
    #expect(HostName(label + "a") == nil)
    let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
    #expect(longest.utf8.count == 253)
    #expect(try HostName(parsing: longest + ".").isAbsolute)
    #expect(try !HostName(parsing: longest).isAbsolute)
    #expect(HostName(longest + "b") == nil)
    #expect(HostName("") == nil)
    #expect(try HostName(parsing: "a.example") < HostName(parsing: "B.example"))
  }

  @Test func aHostIsAnAddressOrAName() throws {
    #expect(try Host(parsing: "192.0.2.1") == .address(.ipv4(IPv4Address(192, 0, 2, 1))))
    #expect(try Host(parsing: "::1") == .address(.ipv6(.loopback)))
    #expect(try Host(parsing: "LocalHost") == .name(HostName(parsing: "localhost")))
    #expect(throws: AddressError.self) { try Host(parsing: "[::1]") }
  }

  @Test func ports() throws {
    let port: Port = 8080
    #expect(try Port(parsing: "8080") == port)
    #expect(Port("0") == .any)
    #expect(port < 8081)
    #expect(Port(rawValue: 8080) == port)
    for text in ["", "65536", "08", "-1", "http", "1 ", "99999999999999999999999"] { #expect(Port(text) == nil) }
    for number in UInt16.min ... .max { #expect(Port("\(number)")?.description == "\(number)") }
  }
}
