import Crypto

/// What a device signs to log in (docs/PROTOCOL.md section 4).
public enum DeviceSignature {
  /// The four length-prefixed fields, in order.
  /// - Parameters:
  ///   - server: SHA-256 of the server's leaf certificate in DER, as this side saw it.
  ///   - nonce: the 32 bytes of the server's hello.
  ///   - device: the device id.
  public static func payload(server: Digest256, nonce: [UInt8], device: String) -> [UInt8] {
    var payload: [UInt8] = []
    for field in [Array("landline-auth-1".utf8), server.bytes, nonce, Array(device.utf8)] {
      let count = UInt32(field.count)
      payload += [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
      payload += [UInt8(truncatingIfNeeded: count >> 16), UInt8(truncatingIfNeeded: count >> 24)]
      payload += field
    }
    return payload
  }

  /// The id of the device with this Ed25519 public key (32 bytes).
  public static func deviceID(publicKey: [UInt8]) -> String {
    Hex.encode(Digest256(hashing: publicKey).bytes.prefix(16))
  }
}
