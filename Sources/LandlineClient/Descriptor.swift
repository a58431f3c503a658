import Glibc

/// One open file; closed exactly once, when the last holder lets go of it.
///
/// A class, for its holders are tasks that end in any order.
final class Descriptor: Sendable {
  let number: Int32

  /// Takes over `number`.
  init(owning number: Int32) {
    self.number = number
  }

  deinit {
    close(number)
  }

  /// Opens `path` below `folder` (or the current folder).
  /// - Throws: `ClientError` that begins with `what`.
  static func open(
    _ path: String, in folder: Descriptor? = nil, flags: Int32, mode: mode_t = 0,
    toSay what: @autoclosure () -> String
  ) throws(ClientError) -> Descriptor {
    while true {
      let number = openat(folder?.number ?? AT_FDCWD, path, flags | O_CLOEXEC, mode)
      if number >= 0 { return Descriptor(owning: number) }
      let code = errno
      if code != EINTR { throw ClientError.local(what(), errno: code) }
    }
  }

  func status(toSay what: @autoclosure () -> String) throws(ClientError) -> stat {
    var status = stat()
    guard fstat(number, &status) == 0 else {
      let code = errno
      throw ClientError.local(what(), errno: code)
    }
    return status
  }

  func sync(toSay what: String) throws(ClientError) {
    guard fsync(number) == 0 else { throw ClientError.local(what, errno: errno) }
  }

  /// Writes all of `bytes` at the descriptor's own position.
  func writeAll(_ bytes: UnsafeRawBufferPointer, toSay what: String) throws(ClientError) {
    try Self.writeAll(bytes, to: number, toSay: what)
  }

  /// Writes all of `bytes` to a descriptor that somebody else owns.
  static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to number: Int32, toSay what: String
  ) throws(ClientError) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = write(number, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        // Somebody left the pipe or terminal non-blocking.
        var interest = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        _ = poll(&interest, 1, 1_000)
      } else if errno != EINTR {
        throw ClientError.local(what, errno: errno)
      }
    }
  }

  /// Reads until `buffer` is full or the file ends; from `offset`, without moving the position.
  /// - Returns: how many bytes were read.
  func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: Int64, toSay what: @autoclosure () -> String
  ) throws(ClientError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let count = pread(
        number, buffer.baseAddress.map { $0 + filled }, buffer.count - filled,
        off_t(offset) + off_t(filled))
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if errno != EINTR {
        let code = errno
        throw ClientError.local(what(), errno: code)
      }
    }
    return filled
  }
}

extension stat {
  var isFolder: Bool { st_mode & S_IFMT == S_IFDIR }
  var isRegularFile: Bool { st_mode & S_IFMT == S_IFREG }
}
