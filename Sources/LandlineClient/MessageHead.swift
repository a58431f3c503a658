import Framing
import LandlineProtocol

/// Heads as they stand on the wire.
enum MessageHead {
  /// Length prefix and head of `request`.
  static func encode(_ request: Request) throws(ClientError) -> [UInt8] {
    var bytes: [UInt8] = []
    do {
      try MessageEncoder.encode(head: request.head, into: &bytes)
    } catch {
      throw ClientError(.usage, "the request is too large for the protocol: \(error.message)")
    }
    return bytes
  }
}
