public import LandlineProtocol

/// Secrets that let somebody in: 256 random bits as text. Only their SHA-256 is kept.
public enum Secret {
  /// 43 characters of base64url.
  public static func make() -> String {
    Base64.encodeURL(randomBytes(count: 32))
  }

  /// 64 hexadecimal digits, for the control socket.
  public static func makeHex() -> String {
    Hex.encode(randomBytes(count: 32))
  }

  /// What is kept of a secret.
  public static func hash(_ secret: String) -> Digest256 {
    Digest256(hashing: secret.utf8)
  }

  /// Random bytes of the system's generator, which is fit for keys (`man 2 getrandom`).
  public static func randomBytes(count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}
