public import Sockets

/// Reads a connection by line, by count, to its end. (Python: `StreamReader`.)
///
/// ```swift
/// var reader = AsyncReader(connection)
/// while let line = try await reader.readLine(timeout: .seconds(30)) { … }
/// ```
///
/// It keeps what was received and not read, and nothing else: while it waits with nothing left over it has no buffer. When
/// a call throws, what it had read stays, and can be read again.
public struct AsyncReader: ~Copyable, Sendable {
  /// The connection. Bytes that are received from it directly are missing here.
  public let connection: AsyncSocket

  private var left: [UInt8] = []
  private var start = 0

  /// Makes a reader with nothing in it.
  public init(_ connection: AsyncSocket) { self.connection = connection }

  /// How many bytes have been received and not read.
  public var bufferedCount: Int { left.count - start }

  /// Reads up to a delimiter and with it. (Python: `readuntil()`.)
  ///
  /// - Parameters:
  ///   - delimiter: The last byte, as in `UInt8(ascii: "\n")`.
  ///   - limit: The most bytes, the delimiter among them.
  ///   - timeout: How long the whole may take; nil for ever.
  /// - Returns: nil at the stream's end; at the end what is left, without the delimiter.
  /// - Throws: ``SocketError/Code/limitExceeded``, and what ``AsyncSocket/receive(timeout:)`` throws.
  public mutating func read(
    until delimiter: UInt8, limit: Int = 65_536, timeout: Duration? = nil
  ) async throws(SocketError) -> [UInt8]? {
    let deadline = MonotonicTime.after(timeout)
    var searched = 0
    while true {
      if let index = left[(start + searched)...].firstIndex(of: delimiter) {
        guard index - start < limit else { throw Self.overlong("line", limit) }
        return take(index + 1 - start)
      }
      guard bufferedCount < limit else { throw Self.overlong("line", limit) }
      searched = bufferedCount
      guard try await fill(until: deadline) else { return bufferedCount == 0 ? nil : take(bufferedCount) }
    }
  }

  /// Reads a line of UTF-8, without its `\n` or `\r\n`. (Python: `readline()`.)
  ///
  /// - Parameters:
  ///   - limit: The most bytes, the newline among them.
  ///   - timeout: How long the whole may take; nil for ever.
  /// - Returns: nil at the stream's end; the last line may lack its newline.
  /// - Throws: As ``read(until:limit:timeout:)``; ``SocketError/Code/encoding`` for what is no UTF-8 (the line counts as read).
  public mutating func readLine(
    limit: Int = 65_536, timeout: Duration? = nil
  ) async throws(SocketError) -> String? {
    guard var line = try await read(until: 0x0A, limit: limit, timeout: timeout) else { return nil }
    if line.last == 0x0A {
      line.removeLast()
      if line.last == 0x0D { line.removeLast() }
    }
    guard let text = String(validating: line, as: UTF8.self) else {
      throw SocketError(.encoding, "a line of \(line.count) bytes is no UTF-8; read bytes with read(until:)")
    }
    return text
  }

  /// Reads so many bytes. (Python: `readexactly()`.)
  ///
  /// - Parameters:
  ///   - count: How many; the memory for them is taken as they come.
  ///   - timeout: How long the whole may take; nil for ever.
  /// - Throws: ``SocketError/Code/unexpectedEnd`` when the stream ends before; what there was can be read still.
  public mutating func read(exactly count: Int, timeout: Duration? = nil) async throws(SocketError) -> [UInt8] {
    precondition(count >= 0, "\(count) bytes cannot be read")
    let deadline = MonotonicTime.after(timeout)
    while bufferedCount < count {
      guard try await fill(until: deadline) else {
        throw SocketError(.unexpectedEnd, "the stream ended after \(bufferedCount) of \(count) bytes")
      }
    }
    return take(count)
  }

  /// Reads what there is, waiting only when there is nothing. (Python: `read(n)`.)
  ///
  /// - Returns: The bytes; none at the stream's end.
  public mutating func read(upTo maximum: Int, timeout: Duration? = nil) async throws(SocketError) -> [UInt8] {
    precondition(maximum >= 0, "\(maximum) bytes cannot be read")
    if bufferedCount == 0, maximum > 0 { _ = try await fill(until: MonotonicTime.after(timeout)) }
    return take(min(maximum, bufferedCount))
  }

  /// Reads to the stream's end. (Python: `read()`.)
  ///
  /// - Parameters:
  ///   - limit: The most bytes.
  ///   - timeout: How long the whole may take; nil for ever.
  /// - Throws: ``SocketError/Code/limitExceeded``.
  public mutating func readToEnd(limit: Int = 16 << 20, timeout: Duration? = nil) async throws(SocketError) -> [UInt8] {
    let deadline = MonotonicTime.after(timeout)
    repeat {
      guard bufferedCount <= limit else { throw Self.overlong("stream", limit) }
    } while try await fill(until: deadline)
    return take(bufferedCount)
  }

  // MARK: - The buffer

  private static func overlong(_ what: String, _ limit: Int) -> SocketError {
    SocketError(.limitExceeded, "a \(what) longer than its bound of \(limit) bytes")
  }

  private mutating func take(_ count: Int) -> [UInt8] {
    if start == 0, count == left.count {
      defer { left = [] }
      return left
    }
    let bytes = Array(left[start..<start + count])
    start += count
    if start == left.count {
      left = []
      start = 0
    }
    return bytes
  }

  /// Receives once behind what is there; false at the stream's end.
  private mutating func fill(until deadline: Int64) async throws(SocketError) -> Bool {
    guard let received = try await connection.receive(timeout: MonotonicTime.remaining(until: deadline)) else {
      return false
    }
    if start > 0, start >= left.count - start {
      left.removeSubrange(..<start)
      start = 0
    }
    received.bytes.withUnsafeBytes { left.append(contentsOf: $0) }
    return true
  }
}

extension MonotonicTime {
  /// What is left of the time until a deadline; nil for ever.
  static func remaining(until deadline: Int64) -> Duration? {
    deadline == never ? nil : .nanoseconds(max(0, deadline - now))
  }
}
