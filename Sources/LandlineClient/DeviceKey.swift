import Crypto
import FoundationEssentials
import LandlineProtocol

/// A device's Ed25519 key (RFC 8032): what proves to a server who we are.
public struct DeviceKey: Hashable, Sendable {
  /// The 32 secret bytes. They belong in a file that only this user can read.
  let secretBytes: [UInt8]
  /// The 32 bytes that the server keeps.
  public let publicBytes: [UInt8]

  /// A new random key.
  public init() {
    self.init(Curve25519.Signing.PrivateKey())
  }

  init?(secretBytes: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secretBytes) else {
      return nil
    }
    self.init(key)
  }

  private init(_ key: Curve25519.Signing.PrivateKey) {
    secretBytes = Array(key.rawRepresentation)
    publicBytes = Array(key.publicKey.rawRepresentation)
  }

  /// The id under which servers know the device.
  public var deviceID: String { DeviceSignature.deviceID(publicKey: publicBytes) }

  /// The signature that logs in on one connection of one server (docs/PROTOCOL.md section 4).
  func signature(server: Digest256, nonce: [UInt8]) throws -> [UInt8] {
    let payload = DeviceSignature.payload(server: server, nonce: nonce, device: deviceID)
    let key = try Curve25519.Signing.PrivateKey(rawRepresentation: secretBytes)
    return Array(try key.signature(for: payload))
  }
}
