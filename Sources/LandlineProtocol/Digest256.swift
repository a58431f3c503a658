public import Crypto

/// A SHA-256 value: 32 bytes, written as 64 lower-case hexadecimal digits.
public struct Digest256: Hashable, Sendable, Codable, CustomStringConvertible {
  /// The 32 bytes.
  public let bytes: [UInt8]

  /// - Parameter bytes: exactly 32 bytes; anything else gives nil.
  public init?(bytes: [UInt8]) {
    guard bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  /// - Parameter hex: exactly 64 lower-case hexadecimal digits; anything else gives nil.
  public init?(hex: String) {
    guard let bytes = Hex.decode(hex), bytes.count == 32 else { return nil }
    self.bytes = bytes
  }

  public init(_ digest: SHA256Digest) {
    self.bytes = Array(digest)
  }

  /// The digest of `bytes`, all at once.
  public init(hashing bytes: some Sequence<UInt8>) {
    self.init(SHA256.hash(data: Array(bytes)))
  }

  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let value = Digest256(hex: text) else {
      throw LineError(.badRequest, "a SHA-256 must be 64 lower-case hexadecimal digits")
    }
    self = value
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  public var description: String { Hex.encode(bytes) }
}
