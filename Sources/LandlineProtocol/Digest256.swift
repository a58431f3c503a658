public import Crypto

/// A SHA-256 value: 32 bytes, written as 64 lower-case hexadecimal digits.
public struct Digest256: Hashable, Sendable, Codable, CustomStringConvertible {
  // In place and not in an array: there is one for every file of a folder.
  private var words: (UInt64, UInt64, UInt64, UInt64)

  /// The 32 bytes.
  public var bytes: [UInt8] { withUnsafeBytes { Array($0) } }

  /// Calls `body` with the 32 bytes.
  public func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    Swift.withUnsafeBytes(of: words) { body($0) }
  }

  /// - Parameter bytes: exactly 32 bytes; anything else gives nil.
  public init?(bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.init(exactly: bytes)
  }

  /// - Parameter hex: exactly 64 lower-case hexadecimal digits; anything else gives nil.
  public init?(hex: String) {
    guard let bytes = Hex.decode(hex) else { return nil }
    self.init(bytes: bytes)
  }

  public init(_ digest: SHA256Digest) {
    self.init(exactly: digest)
  }

  /// The digest of `bytes`, all at once.
  public init(hashing bytes: some Sequence<UInt8>) {
    self.init(SHA256.hash(data: Array(bytes)))
  }

  private init(exactly bytes: some Sequence<UInt8>) {
    words = (0, 0, 0, 0)
    Swift.withUnsafeMutableBytes(of: &words) { room in
      for (index, byte) in bytes.enumerated() where index < room.count { room[index] = byte }
    }
  }

  public static func == (left: Digest256, right: Digest256) -> Bool { left.words == right.words }

  public func hash(into hasher: inout Hasher) {
    withUnsafeBytes { hasher.combine(bytes: $0) }
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

  public var description: String { withUnsafeBytes { Hex.encode($0) } }
}
