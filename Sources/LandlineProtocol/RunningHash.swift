public import Crypto
import Synchronization

/// The SHA-256 of what has passed by so far, for a task that hashes while another one writes the same bytes.
///
/// Hashing and writing take about as long as each other, and together longer than the network: side by side a transfer
/// is as fast as the slower of them. The order of the bytes is the caller's care: it waits for one `update` before the
/// next.
public final class RunningHash: Sendable {
  /// Below this many bytes another thread costs more than it brings.
  public static let worthAThread = 65_536

  private let hasher: Mutex<SHA256>

  /// - Parameter hasher: has seen what came before.
  public init(_ hasher: SHA256 = SHA256()) {
    self.hasher = Mutex(hasher)
  }

  public func update(_ bytes: UnsafeRawBufferPointer) {
    hasher.withLock { $0.update(bufferPointer: bytes) }
  }

  /// The digest of what was put in so far; more can follow.
  public var digest: Digest256 { hasher.withLock { Digest256($0.finalize()) } }
}
