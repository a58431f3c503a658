internal import SystemPackage

/// Reads a stream by line, by count, to its end, with few system calls. (Python: `makefile("rb")`.)
///
/// It does not own its socket: each call says where to read from. ``SocketStream`` owns one.
///
/// Each call is one operation to the socket's timeout: a peer that sends a line byte by byte has the
/// timeout for the whole line. When a call throws, what it had read stays, and can be read
/// again: after ``SocketError/isTimedOut`` or ``SocketError/isWouldBlock`` one may go on.
public struct BufferedReader: ~Copyable, Sendable {
  private var buffer: [UInt8]
  private var start = 0
  private var end = 0
  private let capacity: Int

  /// Makes a reader with nothing in it.
  ///
  /// - Parameter capacity: The bytes to receive at once. The buffer grows for longer lines, and shrinks again.
  public init(capacity: Int = 8192) {
    precondition(capacity > 0, "a buffer of \(capacity) bytes")
    self.capacity = capacity
    buffer = []
  }

  /// How many bytes have been received and not read.
  public var bufferedCount: Int { end - start }

  /// Reads what has been received and not read.
  public mutating func takeBuffered() -> [UInt8] {
    let bytes = Array(buffer[start..<end])
    consume(bytes.count)
    return bytes
  }

  /// Shows what has been received, without reading it: for a format that tells its parts by what follows them.
  /// (Python: `peek()`.)
  ///
  /// - Parameters:
  ///   - count: How many bytes to wait for; with 0 it does not wait.
  ///   - socket: Where to receive from.
  /// - Returns: All that is there; fewer bytes than `count` only at the stream's end.
  public mutating func peek(atLeast count: Int = 1, from socket: borrowing Socket) throws(SocketError) -> [UInt8] {
    let deadline = Deadline(after: socket.timeoutNanoseconds)
    while bufferedCount < count, try fill(from: socket, until: deadline) > 0 {}
    return Array(buffer[start..<end])
  }

  /// Calls with the bytes up to a delimiter and with it, where they lie in the buffer.
  ///
  /// - Parameters:
  ///   - delimiter: The last byte, as in `UInt8(ascii: "\n")`.
  ///   - limit: The most bytes, the delimiter among them.
  ///   - socket: Where to read from.
  ///   - body: Gets the bytes; at the stream's end what is left, without the delimiter.
  /// - Returns: What `body` returns; nil at the stream's end with nothing left.
  /// - Throws: ``SocketError/Code/limitExceeded``, and what ``Socket/receive(into:flags:)-(MutableRawSpan,_)`` throws.
  public mutating func withBytes<Result>(
    until delimiter: UInt8, limit: Int = 65_536, from socket: borrowing Socket, _ body: (RawSpan) -> Result
  ) throws(SocketError) -> Result? {
    let deadline = Deadline(after: socket.timeoutNanoseconds)
    var searched = 0
    while true {
      let found = buffer[start + searched..<end].firstIndex(of: delimiter).map { $0 + 1 - start }
      if let length = found ?? (bufferedCount >= limit ? limit + 1 : nil) {
        guard length <= limit else {
          throw SocketError(.limitExceeded, "a line longer than its bound of \(limit) bytes")
        }
        return take(length, body)
      }
      searched = bufferedCount
      if try fill(from: socket, until: deadline) == 0 {
        return bufferedCount == 0 ? nil : take(bufferedCount, body)
      }
    }
  }

  /// Reads up to a delimiter and with it; see ``withBytes(until:limit:from:_:)``. (Python: `readline()`.)
  public mutating func read(
    until delimiter: UInt8, limit: Int = 65_536, from socket: borrowing Socket
  ) throws(SocketError) -> [UInt8]? {
    try withBytes(until: delimiter, limit: limit, from: socket) { bytes in bytes.withUnsafeBytes { [UInt8]($0) } }
  }

  /// Reads so many bytes. (Python: `read(n)`.)
  ///
  /// - Throws: ``SocketError/Code/unexpectedEnd`` when the stream ends before; what there was can be read still.
  public mutating func read(exactly count: Int, from socket: borrowing Socket) throws(SocketError) -> [UInt8] {
    precondition(count >= 0, "\(count) bytes cannot be read")
    let deadline = Deadline(after: socket.timeoutNanoseconds)
    var bytes = takeBuffered(upTo: count)
    do throws(SocketError) {
      // In steps, so that memory is taken as bytes come, not as somebody said that they would.
      while bytes.count < count {
        let step = min(count - bytes.count, step(after: bytes.count))
        guard try socket.receive(appendingTo: &bytes, upTo: step, until: deadline) > 0 else {
          throw SocketError(.unexpectedEnd, "the stream ended after \(bytes.count) of \(count) bytes")
        }
      }
    } catch {
      unread(bytes)
      throw error
    }
    return bytes
  }

  /// Reads so many bytes, if any come: the first part of a message, before which the peer may end the stream.
  ///
  /// - Returns: nil at the stream's end.
  /// - Throws: ``SocketError/Code/unexpectedEnd`` when the stream ends within them; what there was can be read still.
  public mutating func readIfAny(
    exactly count: Int, from socket: borrowing Socket
  ) throws(SocketError) -> [UInt8]? {
    do throws(SocketError) {
      return try read(exactly: count, from: socket)
    } catch {
      guard error.code == .unexpectedEnd, bufferedCount == 0 else { throw error }
      return nil
    }
  }

  /// Reads what there is, waiting only when there is nothing. (Python: `read1(n)`.)
  ///
  /// - Parameters:
  ///   - maximum: The most bytes.
  ///   - socket: Where to read from.
  /// - Returns: The bytes; none at the stream's end.
  public mutating func read(upTo maximum: Int, from socket: borrowing Socket) throws(SocketError) -> [UInt8] {
    precondition(maximum >= 0, "\(maximum) bytes cannot be read")
    if bufferedCount == 0, maximum > 0 {
      _ = try fill(from: socket, until: Deadline(after: socket.timeoutNanoseconds))
    }
    return takeBuffered(upTo: maximum)
  }

  /// Reads what there is into a buffer, waiting only when there is nothing. (Python: `readinto1()`.)
  ///
  /// - Returns: How many bytes; 0 at the stream's end.
  public mutating func read(
    into span: inout MutableRawSpan, from socket: borrowing Socket
  ) throws(SocketError) -> Int {
    guard bufferedCount > 0 else { return try socket.receive(into: &span) }
    let count = min(bufferedCount, span.byteCount)
    span.withUnsafeMutableBytes { $0.copyBytes(from: buffer[start..<start + count]) }
    consume(count)
    return count
  }

  /// Reads to the stream's end. (Python: `read()`.)
  ///
  /// - Parameters:
  ///   - limit: The most bytes.
  ///   - socket: Where to read from.
  /// - Throws: ``SocketError/Code/limitExceeded``.
  public mutating func readToEnd(
    limit: Int = 16 << 20, from socket: borrowing Socket
  ) throws(SocketError) -> [UInt8] {
    let deadline = Deadline(after: socket.timeoutNanoseconds)
    var bytes = takeBuffered()
    do throws(SocketError) {
      repeat {
        guard bytes.count <= limit else {
          throw SocketError(.limitExceeded, "a stream longer than its bound of \(limit) bytes")
        }
      } while try socket.receive(
        appendingTo: &bytes, upTo: min(step(after: bytes.count), limit - bytes.count + 1), until: deadline) > 0
    } catch {
      unread(bytes)
      throw error
    }
    return bytes
  }

  /// How much to make room for behind so many bytes: more and more, but no more than is quickly cleared, for a peer may
  /// send single bytes.
  private func step(after count: Int) -> Int { max(capacity, min(count, 65_536)) }

  // MARK: - The buffer

  /// Reads what is there, up to a bound, without receiving.
  mutating func takeBuffered(upTo count: Int) -> [UInt8] {
    let bytes = Array(buffer[start..<start + min(count, bufferedCount)])
    consume(bytes.count)
    return bytes
  }

  private mutating func take<Result>(_ count: Int, _ body: (RawSpan) -> Result) -> Result {
    defer { consume(count) }
    return body(buffer.span.bytes.extracting(start..<start + count))
  }

  /// Forgets bytes that have been read, and an empty buffer that has grown.
  private mutating func consume(_ count: Int) {
    start += count
    guard start == end else { return }
    (start, end) = (0, 0)
    if buffer.count > capacity { buffer = [] }
  }

  /// Puts bytes in front of what is there.
  mutating func unread(_ bytes: [UInt8]) {
    buffer = bytes + buffer[start..<end]
    (start, end) = (0, buffer.count)
  }

  /// The bytes that are there, to be decoded.
  func withBuffered<Result>(
    _ body: (UnsafeRawBufferPointer) throws(SocketError) -> Result
  ) throws(SocketError) -> Result {
    try buffer.span.bytes.extracting(start..<end).withUnsafeBytes { (bytes) throws(SocketError) in try body(bytes) }
  }

  /// Receives once behind what is there.
  ///
  /// - Returns: How many bytes came; 0 at the stream's end.
  mutating func fill(from socket: borrowing Socket, until deadline: Deadline) throws(SocketError) -> Int {
    if end == buffer.count {
      if start > 0 {
        buffer.removeSubrange(..<start)
        (start, end) = (0, end - start)
      }
      // Doubling, so that a long line is not copied again for each piece that comes.
      buffer.append(contentsOf: repeatElement(0, count: max(capacity, end)))
    }
    let count = try buffer.withUnsafeMutableBytesThrowing { (all) throws(SocketError) in
      try socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: all[end...]), until: deadline)
    }
    end += count
    return count
  }
}
