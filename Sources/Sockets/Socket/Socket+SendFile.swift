internal import CSockets
internal import Glibc
internal import SystemPackage

extension Socket {
  /// Sends a file's bytes, in the kernel where it can. (Python: `sendfile()`.)
  ///
  /// Where the kernel cannot (from a pipe, say), the bytes are read and sent. `SIGPIPE` does not arrive here
  /// either: `sendfile` has no flag for it, so the signal is blocked in this thread for the call,
  /// and taken back.
  ///
  /// - Parameters:
  ///   - file: An open descriptor to read from; it stays the caller's.
  ///   - offset: Where in the file to begin, in bytes; the file's own position stays. nil: at the file's
  ///     position, which moves by what was sent.
  ///   - count: How many bytes; nil: up to the file's end.
  /// - Returns: How many bytes were sent: fewer than `count` when the file ended before.
  /// - Throws: As ``sendAll(_:flags:)-(RawSpan,_)``; ``SocketError/isNotSupported`` for a socket that is no stream.
  ///   ``SocketError/bytesSent`` tells how many bytes had gone. Of what has no position (a pipe), up to 64 KiB that
  ///   were read and could not be sent are lost with the error.
  @discardableResult
  public func sendFile(_ file: CInt, offset: Int64? = nil, count: Int64? = nil) throws(SocketError) -> Int64 {
    precondition(offset ?? 0 >= 0 && count ?? 0 >= 0, "a negative offset or number of bytes")
    guard type == .stream else { throw SocketError("sendfile", .notSupportedOnSocket) }
    var transfer = FileTransfer(file: file, offset: offset, remaining: count ?? .max)
    do throws(SocketError) {
      try transfer.run(on: self)
    } catch {
      throw error.withBytesSent(Int(transfer.sent))
    }
    return transfer.sent
  }
}

/// A `sendFile` on its way.
private struct FileTransfer {
  let file: CInt
  var offset: Int64?
  var remaining: Int64
  var sent: Int64 = 0

  /// What Linux sends at most in one call (man 2 sendfile, NOTES).
  private static let largestCall: Int64 = 0x7FFF_F000

  mutating func run(on socket: borrowing Socket) throws(SocketError) {
    let deadline = Deadline(after: socket.timeoutNanoseconds)
    while remaining > 0 {
      let count: Int
      do throws(SocketError) {
        count = try inKernel(socket, until: deadline)
      } catch {
        guard error.errno == .invalidArgument || error.errno == .noFunction, sent == 0 else { throw error }
        return try byReading(socket, until: deadline)
      }
      guard count > 0 else { return }
      advance(by: count)
    }
  }

  private mutating func advance(by count: Int) {
    sent += Int64(count)
    remaining -= Int64(count)
    if let start = offset { offset = start + Int64(count) }
  }

  private func inKernel(_ socket: borrowing Socket, until deadline: Deadline) throws(SocketError) -> Int {
    let size = Int(min(remaining, Self.largestCall))
    let descriptor = socket.descriptor
    return try socket.perform("sendfile", until: deadline) {
      guard let start = offset else { return csockets_sendfile(descriptor, file, nil, size) }
      var position = off_t(start)
      return csockets_sendfile(descriptor, file, &position, size)
    }
  }

  private mutating func byReading(_ socket: borrowing Socket, until deadline: Deadline) throws(SocketError) {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    defer { room.deallocate() }
    while remaining > 0 {
      let count = try read(into: room, socket, until: deadline)
      guard count > 0 else { return }
      var rest = UnsafeRawBufferPointer(rebasing: room[..<count])
      while !rest.isEmpty {
        let descriptor = socket.descriptor
        let taken: Int
        do throws(SocketError) {
          taken = try socket.perform("send", until: deadline) {
            SystemCalls.send(descriptor, rest, MessageFlags.noSignal)
          }
        } catch {
          unread(rest.count)
          throw error
        }
        advance(by: taken)
        rest = UnsafeRawBufferPointer(rebasing: rest[taken...])
      }
    }
  }

  /// Reads what there is; waits for it no longer than the socket would.
  private func read(
    into room: UnsafeMutableRawBufferPointer, _ socket: borrowing Socket, until deadline: Deadline
  ) throws(SocketError) -> Int {
    let size = min(room.count, Int(clamping: remaining))
    if !socket.isBlocking {
      guard try Socket.isReady(for: .readable, file) else { throw SocketError("read", .wouldBlock) }
    } else if socket.timeoutNanoseconds > 0 {
      try Socket.wait(for: .readable, of: file, until: deadline, "read")
    }
    return try socket.performAtOnce("read") {
      guard let start = offset else { return Glibc.read(file, room.baseAddress, size) }
      return pread(file, room.baseAddress, size, off_t(start))
    }
  }

  /// Puts the file's position back before what was not sent. A pipe has none: that is lost.
  private func unread(_ count: Int) {
    if offset == nil { _ = lseek(file, -off_t(count), SEEK_CUR) }
  }
}

extension Socket {
  /// Runs a call that sends, as the socket's timeout says, until a deadline that began before.
  fileprivate func perform(
    _ call: String, until deadline: Deadline, _ body: () -> Int
  ) throws(SocketError) -> Int {
    guard timeoutNanoseconds > 0 else { return try performAtOnce(call, body) }
    return try perform(call, .writable, until: deadline, waitFirst: false, body)
  }
}
