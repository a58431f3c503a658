import LandlineProtocol
import Testing

@Suite struct ValueTests {
  @Test func inviteRoundTrip() throws {
    let fingerprint = Digest256(hashing: [])
    for host in ["example.org", "192.0.2.1", "2001:db8::1"] {
      for trust in [Invite.Trust.fingerprint(fingerprint), .certificateAuthorities] {
        for token in ["abc_-", nil] {
          let invite = Invite(host: host, port: 5_263, trust: trust, token: token)
          #expect(try Invite(invite.description) == invite)
        }
      }
    }
  }

  @Test(arguments: [
    "", "http://a/#ca.x", "landline://a:1/", "landline:///#ca.x", "landline://a:99999/#ca.x", "landline://a:1/#zz.x",
    "landline://a:1/#ca.", "landline://a:x/#ca.t",
  ])
  func refusesWhatIsNoInvite(_ text: String) {
    #expect(throws: LineError.self) { try Invite(text) }
  }

  @Test func inviteErrorsKeepTheToken() {
    let error = #expect(throws: LineError.self) { try Invite("landline://a:1/#nofingerprint.SECRET") }
    #expect(error?.message.contains("SECRET") == false)
  }

  @Test(arguments: [
    ("a", "a", 9), ("a:1", "a", 1), ("[::1]:80", "::1", 80), ("::1", "::1", 9), ("[fe80::1]", "fe80::1", 9),
    ("a:0", "a", 0), ("a:65535", "a", 65_535),
  ])
  func hostAndPort(_ text: String, _ host: String, _ port: Int) {
    #expect(HostPort(text, defaultPort: 9) == HostPort(host: host, port: port))
  }

  @Test(arguments: ["", ":1", "a:", "a:65536", "a:-1", "a:1x", "[::1", "[::1]x", "a b:1", "a/b:1"])
  func noHostAndPort(_ text: String) {
    #expect(HostPort(text, defaultPort: 9) == nil)
  }

  @Test func hexOnlyInLowerCase() {
    #expect(Hex.encode([0, 255, 16]) == "00ff10")
    #expect(Hex.decode("00ff10") == [0, 255, 16])
    #expect(Hex.decode("00FF10") == nil)
    #expect(Hex.decode("0") == nil)
    #expect(Hex.decode("zz") == nil)
    #expect(Digest256(hex: "ab") == nil)
  }

  /// Bytes computed independently with python3's struct and hashlib.
  @Test func deviceSignaturePayload() {
    let payload = DeviceSignature.payload(
      server: Digest256(hashing: Array("cert".utf8)), nonce: [UInt8](repeating: 1, count: 32), device: "d")
    #expect(payload.count == 4 + 15 + 4 + 32 + 4 + 32 + 4 + 1)
    #expect(Array(payload[0..<19]) == [15, 0, 0, 0] + Array("landline-auth-1".utf8))
    #expect(Array(payload.suffix(5)) == [1, 0, 0, 0] + Array("d".utf8))
  }

  @Test(arguments: ["a", "ada", "A.b_c-1", "0"]) func names(_ name: String) throws {
    try Name.check(name, as: "an account")
  }

  @Test(arguments: ["", ".a", "-a", "a b", "ä", "a/b", "a\n", String(repeating: "a", count: 65)])
  func noNames(_ name: String) {
    #expect(throws: LineError.self) { try Name.check(name, as: "an account") }
  }
}
