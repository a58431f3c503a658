import Crypto
import LandlineProtocol
import NIOCore

/// What takes the bytes of a download, in order. One task at a time uses it.
protocol DownloadSink: AnyObject {
  /// How many bytes it has.
  var position: Int64 { get }
  /// The SHA-256 of those.
  var digest: Digest256 { get }

  /// Makes ready for the rest of what the server describes.
  /// - Throws: when `answer.offset` is not `position` and it cannot begin again.
  func begin(_ answer: FileAnswer) throws(ClientError)

  func write(_ slices: [ByteBuffer]) async throws(ClientError)

  /// Forgets what it has: it is not what the server sent.
  func discard()

  /// Ends without the rest; what it has is kept for another time, and nothing is left of nothing.
  func abandon()

  /// Makes what it has durable and visible.
  /// - Returns: the name it got; nil when it was skipped after all.
  func complete() throws(ClientError) -> String?
}

/// A pipe, a terminal or a file that somebody else opened.
final class StreamSink: DownloadSink {
  private let descriptor: Int32
  private var hasher = SHA256()
  private(set) var position: Int64 = 0

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  var digest: Digest256 { hasher.current }

  func begin(_ answer: FileAnswer) throws(ClientError) {
    guard answer.offset == position else {
      throw ClientError(
        .changed,
        "the file was changed on the server while it was read; what was written out is "
          + "of the old one")
    }
  }

  func write(_ slices: [ByteBuffer]) throws(ClientError) {
    for slice in slices { try write(slice) }
  }

  private func write(_ slice: ByteBuffer) throws(ClientError) {
    hasher.update(slice)
    var outcome: Result<Void, ClientError> = .success(())
    slice.withUnsafeReadableBytes { bytes in
      do throws(ClientError) {
        try Descriptor.writeAll(bytes, to: descriptor, toSay: "cannot write to standard output")
      } catch {
        outcome = .failure(error)
      }
    }
    try outcome.get()
    position += Int64(slice.readableBytes)
  }

  func discard() {}

  func abandon() {}

  func complete() throws(ClientError) -> String? { "-" }
}
