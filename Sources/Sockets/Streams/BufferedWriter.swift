/// Gathers small writes, so that they cost few system calls. (Python: `makefile("wb")`.)
///
/// It does not own its socket: each call says where to write to. ``SocketStream`` owns one. What is not
/// flushed is not sent.
public struct BufferedWriter: ~Copyable, Sendable {
  private var buffer: [UInt8] = []
  private let capacity: Int

  /// Makes a writer with nothing in it.
  ///
  /// - Parameter capacity: The most bytes to gather; they are sent when more come.
  public init(capacity: Int = 8192) {
    precondition(capacity > 0, "a buffer of \(capacity) bytes")
    self.capacity = capacity
  }

  /// How many bytes have been written and not sent.
  public var bufferedCount: Int { buffer.count }

  /// Writes bytes: into the buffer, or when that is full to the socket.
  ///
  /// - Throws: As ``Socket/sendAll(_:flags:)-(RawSpan,_)``. Of `bytes`, ``SocketError/bytesSent`` were taken, and the
  ///   rest not; what was gathered before and not sent stays in the buffer.
  public mutating func write(_ bytes: RawSpan, to socket: borrowing Socket) throws(SocketError) {
    if buffer.count + bytes.byteCount > capacity {
      do throws(SocketError) {
        try flush(to: socket)
      } catch {
        throw error.withBytesSent(0)
      }
      guard bytes.byteCount < capacity else { return try socket.sendAll(bytes) }
    }
    bytes.withUnsafeBytes { buffer.append(contentsOf: $0) }
  }

  /// Writes bytes of any collection; see ``write(_:to:)-(RawSpan,_)``.
  public mutating func write(_ bytes: some Collection<UInt8>, to socket: borrowing Socket) throws(SocketError) {
    try bytes.withBytes { (bytes) throws(SocketError) in try write(bytes, to: socket) }
  }

  /// Sends what has been gathered. (Python: `flush()`.)
  ///
  /// - Throws: As ``Socket/sendAll(_:flags:)-(RawSpan,_)``. What was not sent stays in the buffer:
  ///   after ``SocketError/isTimedOut`` or ``SocketError/isWouldBlock`` one may flush again.
  public mutating func flush(to socket: borrowing Socket) throws(SocketError) {
    guard !buffer.isEmpty else { return }
    do throws(SocketError) {
      try socket.sendAll(buffer.span.bytes)
    } catch {
      buffer.removeFirst(error.bytesSent)
      throw error
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Sends what has been gathered, for the last time.
  func sendBuffered(to socket: borrowing Socket) throws(SocketError) {
    try socket.sendAll(buffer.span.bytes)
  }
}
