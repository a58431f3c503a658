public import Framing
internal import Sockets

/// Reads a connection frame by frame.
///
/// ```swift
/// var frames = AsyncFrames(connection, LengthFieldDecoder(width: .four, maximumLength: 65_536))
/// while let frame = try await frames.next(timeout: .seconds(30)) { … }
/// ```
///
/// Frames that came together are kept, as many as one receive brings, until they are asked for; and of one that is not
/// complete its part.
public struct AsyncFrames<Decoder: FrameDecoder>: ~Copyable, Sendable {
  /// The connection. Bytes that are received from it directly are missing here.
  public let connection: AsyncSocket

  private var decoder: Decoder
  private var ready: [[UInt8]] = []
  private var taken = 0
  private var failure: FramingError?

  /// Makes a reader at the beginning of a stream, or between two frames.
  public init(_ connection: AsyncSocket, _ decoder: Decoder) {
    self.connection = connection
    self.decoder = decoder
  }

  /// Waits for the next frame.
  ///
  /// - Parameter timeout: How long, for the whole frame; nil for ever.
  /// - Returns: The frame; nil at the stream's end.
  /// - Throws: `FramingError` after the last good frame, each time again: close the connection;
  ///   `SocketError` as ``AsyncSocket/receive(timeout:)``, after which one may go on.
  public mutating func next(timeout: Duration? = nil) async throws -> [UInt8]? {
    let deadline = MonotonicTime.after(timeout)
    while taken == ready.count {
      ready = []
      taken = 0
      if let failure { throw failure }
      guard let received = try await connection.receive(timeout: MonotonicTime.remaining(until: deadline)) else {
        try decoder.finish()
        return nil
      }
      do throws(FramingError) {
        try decoder.frames(in: received.bytes, into: &ready)
      } catch {
        failure = error
      }
    }
    defer { taken += 1 }
    return ready[taken]
  }
}
