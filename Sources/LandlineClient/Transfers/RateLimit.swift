import LandlineProtocol
import Synchronization

/// The bound on what all connections of one command move together.
final class RateLimit: Sendable {
  /// Bytes a second.
  let rate: Int64
  private let bucket: Mutex<TokenBucket>

  /// - Parameter rate: bytes a second; nil for no bound, and then there is no object.
  init?(_ rate: Int64?) {
    guard let rate, rate > 0 else { return nil }
    self.rate = rate
    bucket = Mutex(TokenBucket(rate: rate, burst: rate / 8, at: .now))
  }

  /// What is sent or taken at once: an eighth of a second's worth, so that the flow is even and no side of it seems dead.
  var piece: Int { Int(min(max(rate / 8, 4_096), Int64(UploadSender.pieceSize))) }

  /// How many connections can share the rate without one of them being so slow that the server gives it up
  /// (docs/PROTOCOL.md section 7: 256 KiB in 120 s), beside the first.
  var mostLanes: Int { Int(min(rate / 65_536, 64)) }

  /// The largest file that is sent in one message: a second's worth.
  var largestWhole: Int64 { min(max(rate, 65_536), Int64(LineProtocol.maximumWhole)) }

  /// Waits until `count` more bytes may be moved.
  func pass(_ count: Int) async throws {
    let pause = bucket.withLock { $0.take(Int64(count), at: .now) }
    if pause > .zero { try await Task.sleep(for: pause) }
  }
}
