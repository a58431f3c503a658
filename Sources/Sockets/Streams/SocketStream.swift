internal import SystemPackage

/// A connection as a file: buffered reading and writing of bytes and text. (Python: `makefile("rw")`.)
///
/// ```swift
/// var stream = try SocketStream(Socket(connectingTo: "localhost", port: 2525))
/// let greeting = try stream.readLine()
/// try stream.write("QUIT\r\n")
/// try stream.flush()
/// try stream.close()
/// ```
///
/// It owns its socket. What was written and not flushed is sent when the stream's life ends, as far
/// as it goes; ``close()`` tells how it went.
///
/// Each read is one operation to the socket's timeout: a peer that sends a line byte by byte has the
/// timeout for the whole line. A read that throws ``SocketError/isTimedOut`` or ``SocketError/isWouldBlock``
/// loses nothing: one may read again.
public struct SocketStream: ~Copyable, @unchecked Sendable {
  // Sendable although the converters of text are C's, which must not be used by two threads at the same
  // time: the value cannot be copied, and every call that uses them is mutating, hence exclusive.

  /// The connection, for options and addresses. Bytes that are received from it directly are missing here.
  public private(set) var socket: Socket
  private var reader: BufferedReader
  private var writer: BufferedWriter
  private var decoder: TextDecoder
  private var encoder: TextEncoder

  /// Makes a stream of a connected socket.
  ///
  /// - Parameters:
  ///   - socket: The connection. It may have a timeout.
  ///   - bufferSize: The bytes to gather, each way. (Python: `buffering`.)
  ///   - encoding: How text is written. (Python: `encoding`.)
  ///   - malformed: What to do with what is no text. (Python: `errors`.)
  /// - Throws: ``SocketError/Code/encoding`` when the machine's `iconv` lacks the encoding; the socket is closed then.
  public init(
    _ socket: consuming Socket, bufferSize: Int = 8192, encoding: TextEncoding = .utf8,
    malformed: MalformedText = .fail
  ) throws(SocketError) {
    let decoder = try TextDecoder(encoding, malformed)
    let encoder = try TextEncoder(encoding, malformed)
    self.init(
      socket, BufferedReader(capacity: bufferSize), BufferedWriter(capacity: bufferSize), decoder, encoder)
  }

  // All at once: a noncopyable value is not made in steps that may throw.
  private init(
    _ socket: consuming Socket, _ reader: consuming BufferedReader, _ writer: consuming BufferedWriter,
    _ decoder: consuming TextDecoder, _ encoder: consuming TextEncoder
  ) {
    self.socket = socket
    self.reader = reader
    self.writer = writer
    self.decoder = decoder
    self.encoder = encoder
  }

  deinit {
    guard socket.descriptor >= 0, writer.bufferedCount > 0 else { return }
    // Nobody is there to hear of a failure: who wants to know calls close.
    try? writer.sendBuffered(to: socket)
  }

  /// Sends what was not flushed, and closes the connection.
  ///
  /// - Throws: As ``flush()``; the connection is closed in any case.
  public consuming func close() throws(SocketError) {
    do throws(SocketError) {
      try writer.flush(to: socket)
    } catch {
      writer = BufferedWriter()
      throw error
    }
  }

  /// Sends what was not flushed, and gives the socket back with what was received and not read:
  /// for a protocol that goes on without lines, say.
  ///
  /// - Throws: As ``flush()``; the connection is closed then.
  public consuming func detach() throws(SocketError) -> DetachedSocket {
    do throws(SocketError) {
      try writer.flush(to: socket)
    } catch {
      writer = BufferedWriter()
      throw error
    }
    let unread = reader.takeBuffered()
    let socket = exchange(&self.socket, with: Socket(descriptor: -1, family: .unspecified, type: .stream))
    return DetachedSocket(socket: socket, unread: unread)
  }

  /// How many bytes have been received and not read: so much can be read without waiting.
  public var bufferedCount: Int { reader.bufferedCount }

  // MARK: - Bytes

  /// Shows what has been received, without reading it; see ``BufferedReader/peek(atLeast:from:)``. (Python: `peek()`.)
  public mutating func peek(atLeast count: Int = 1) throws(SocketError) -> [UInt8] {
    try reader.peek(atLeast: count, from: socket)
  }

  /// Reads up to a delimiter and with it; see ``BufferedReader/withBytes(until:limit:from:_:)``.
  ///
  /// - Returns: nil at the stream's end; at the end what is left, without the delimiter.
  public mutating func read(until delimiter: UInt8, limit: Int = 65_536) throws(SocketError) -> [UInt8]? {
    try reader.read(until: delimiter, limit: limit, from: socket)
  }

  /// Reads so many bytes; see ``BufferedReader/read(exactly:from:)``. (Python: `read(n)`.)
  public mutating func read(exactly count: Int) throws(SocketError) -> [UInt8] {
    try reader.read(exactly: count, from: socket)
  }

  /// Reads so many bytes, or nil at the stream's end; see ``BufferedReader/readIfAny(exactly:from:)``.
  public mutating func readIfAny(exactly count: Int) throws(SocketError) -> [UInt8]? {
    try reader.readIfAny(exactly: count, from: socket)
  }

  /// Reads what there is; see ``BufferedReader/read(upTo:from:)``. (Python: `read1(n)`.)
  public mutating func read(upTo maximum: Int) throws(SocketError) -> [UInt8] {
    try reader.read(upTo: maximum, from: socket)
  }

  /// Reads what there is into a buffer; see ``BufferedReader/read(into:from:)``. (Python: `readinto1()`.)
  public mutating func read(into span: inout MutableRawSpan) throws(SocketError) -> Int {
    try reader.read(into: &span, from: socket)
  }

  /// Reads to the stream's end; see ``BufferedReader/readToEnd(limit:from:)``. (Python: `read()`.)
  public mutating func readToEnd(limit: Int = 16 << 20) throws(SocketError) -> [UInt8] {
    try reader.readToEnd(limit: limit, from: socket)
  }

  /// Writes bytes; see ``BufferedWriter/write(_:to:)-(RawSpan,_)``.
  public mutating func write(_ bytes: RawSpan) throws(SocketError) {
    try writer.write(bytes, to: socket)
  }

  /// Writes bytes; see ``BufferedWriter/write(_:to:)-(RawSpan,_)``.
  public mutating func write(_ bytes: some Collection<UInt8>) throws(SocketError) {
    try writer.write(bytes, to: socket)
  }

  /// Sends what was written.
  public mutating func flush() throws(SocketError) {
    try writer.flush(to: socket)
  }

  // MARK: - Text

  /// Reads a line of text.
  ///
  /// - Parameters:
  ///   - strippingNewline: Leaves `\n` and `\r\n` away. A lone `\r` is no newline.
  ///   - limit: The most bytes, the newline among them.
  /// - Returns: nil at the stream's end; the last line may lack its newline.
  /// - Throws: ``SocketError/Code/limitExceeded``; ``SocketError/Code/encoding`` for what is no text (the line counts as
  ///   read), and for an encoding without ``TextEncoding/hasByteLines``.
  public mutating func readLine(
    strippingNewline: Bool = true, limit: Int = 65_536
  ) throws(SocketError) -> String? {
    guard decoder.encoding.hasByteLines else {
      throw .malformed(decoder.encoding, "lines cannot be told apart before decoding in")
    }
    guard var line = try reader.read(until: 0x0A, limit: limit, from: socket) else { return nil }
    if strippingNewline, line.last == 0x0A {
      line.removeLast()
      if line.last == 0x0D { line.removeLast() }
    }
    return try line.span.bytes.withUnsafeBytes { (bytes) throws(SocketError) in try decoder.decodeAll(bytes) }
  }

  /// Reads so many characters, in Unicode's scalars, as Python counts them. (Python: `read(n)` in text mode.)
  ///
  /// - Returns: Fewer at the stream's end; none after it.
  /// - Throws: ``SocketError/Code/encoding``.
  public mutating func readText(count: Int) throws(SocketError) -> String {
    precondition(count >= 0, "\(count) characters cannot be read")
    let deadline = Deadline(after: socket.timeoutNanoseconds)
    var text = String.UnicodeScalarView()
    var missing = count
    var taken: [UInt8] = []
    do throws(SocketError) {
      while missing > 0 {
        let (used, produced) = try reader.withBuffered { (bytes) throws(SocketError) in
          try decoder.decode(bytes, limit: missing, into: &text)
        }
        missing -= produced
        taken += reader.takeBuffered(upTo: used)
        guard missing > 0, try reader.fill(from: socket, until: deadline) == 0 else { continue }
        try decoder.finish(reader.takeBuffered().count, into: &text)
        break
      }
    } catch {
      if error.code != .encoding { reader.unread(taken) }
      throw error
    }
    return String(text)
  }

  /// Reads all text to the stream's end. (Python: `read()` in text mode.)
  ///
  /// - Parameter limit: The most bytes.
  /// - Throws: ``SocketError/Code/limitExceeded``, ``SocketError/Code/encoding``.
  public mutating func readText(limit: Int = 16 << 20) throws(SocketError) -> String {
    let bytes = try reader.readToEnd(limit: limit, from: socket)
    return try bytes.span.bytes.withUnsafeBytes { (bytes) throws(SocketError) in try decoder.decodeAll(bytes) }
  }

  /// Writes text.
  ///
  /// - Throws: ``SocketError/Code/encoding`` for what the encoding does not have; then none of it is written.
  public mutating func write(_ text: String) throws(SocketError) {
    try writer.write(try encoder.encode(text), to: socket)
  }
}

/// A socket that was a stream's, and what the stream had received.
@frozen
public struct DetachedSocket: ~Copyable, Sendable {
  /// The connection.
  public var socket: Socket
  /// What came before the bytes that the socket will give.
  public let unread: [UInt8]

  init(socket: consuming Socket, unread: [UInt8]) {
    self.socket = socket
    self.unread = unread
  }
}
